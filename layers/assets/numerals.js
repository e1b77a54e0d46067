// Numbers in words, as geo/numerals.py writes them.
(function (Atlas) {
  "use strict";

  // Nothing is below zero that is written as zero; the sign is a minus, not a hyphen.
  function written(value, decimals) {
    return value.toLocaleString("en-US", decimals).replace(/^-(?=[0.,]+$)/, "").replace("-", "\u2212");
  }

  // With thousands separators and these decimals, or as many as it needs: at most two, but that
  // what is smaller than these can tell keeps two digits.
  function number(value, digits) {
    if (digits === undefined && Math.abs(value) < 0.005) {
      return significant(value, 2);
    }
    const decimals = digits === undefined
      ? { maximumFractionDigits: 2 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return written(value, decimals);
  }

  // To so many digits; a whole part keeps all of its own.
  function significant(value, digits = 4) {
    const decimals = value ? digits - 1 - Math.floor(Math.log10(Math.abs(value))) : 0;
    return written(value, { maximumFractionDigits: Math.min(Math.max(decimals, 0), 6) });
  }

  Atlas.numerals = { number, significant };
})(window.Atlas = window.Atlas || {});
