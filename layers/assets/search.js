// The search: by name, alias, pinyin, initials or English.
(function (Atlas) {
  "use strict";

  const RESULTS = 12;

  class Search {
    constructor(panels) {
      const { el } = Atlas.elements;
      this.panels = panels;
      this.box = el("div", "atlas-search");
      this.input = this.box.appendChild(el("input"));
      this.input.type = "search";
      this.results = this.box.appendChild(el("ul", "atlas-results"));
      this.results.hidden = true;
      this.results.setAttribute("role", "listbox");
      this.results.id = "atlas-results";
      Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": this.results.id, "aria-expanded": "false" })
        .forEach(([name, value]) => this.input.setAttribute(name, value));
      this.at = -1;
      this.input.addEventListener("input", () => this.find());
      this.input.addEventListener("keydown", (event) => this.key(event));
    }

    draw() {
      this.input.placeholder = this.panels.t("search");
      this.input.setAttribute("aria-label", this.panels.t("search"));
      this.results.setAttribute("aria-label", this.panels.t("search"));
    }

    focus() {
      this.input.focus();
      this.input.select();
    }

    // Whether a key asks for the search, on this page or on the one around it.
    called(event) {
      const { target } = event;
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName || "") || target.isContentEditable;
      // What is marked to be typed over is no word that the key is part of.
      const over = target === this.input && target.selectionEnd - target.selectionStart === target.value.length;
      const asks = event.key === "/" && (!typing || over) && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (asks) {
        event.preventDefault();
      }
      return asks;
    }

    close() {
      const open = this.fold();
      this.input.blur();
      return open;
    }

    fold() {
      const open = !this.results.hidden;
      this.results.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      return open;
    }

    find() {
      const { el } = Atlas.elements;
      const query = this.input.value;
      const { view } = this.panels;
      this.found = view.model.search(query, RESULTS);
      this.at = this.found.length ? 0 : -1;
      const rows = this.found.map((item, k) => {
        const row = el("li", "");
        row.setAttribute("role", "option");
        row.id = `atlas-result-${k}`;
        row.append(el("span", "", item.layer.name(item.i, view.lang)),
          el("small", "", this.panels.words(item.layer.title)));
        row.addEventListener("click", () => this.take(k));
        return row;
      });
      if (!rows.length && query.trim()) {
        const none = el("li", "none", this.panels.t("search_none", { q: query.trim() }));
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        rows.push(none);
      }
      this.results.replaceChildren(...rows);
      this.results.hidden = !rows.length;
      this.input.setAttribute("aria-expanded", String(!this.results.hidden));
      this.mark();
    }

    mark() {
      [...this.results.children].forEach((row, k) => {
        row.classList.toggle("at", k === this.at);
        row.setAttribute("aria-selected", String(k === this.at));
      });
      this.input.setAttribute("aria-activedescendant", this.at < 0 ? "" : `atlas-result-${this.at}`);
    }

    key(event) {
      // The key is of the keyboard's own list of words.
      if (event.isComposing) {
        return;
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.found && this.found.length) {
        event.preventDefault();
        this.at = (this.at + step + this.found.length) % this.found.length;
        this.mark();
      } else if (event.key === "Enter" && this.at >= 0) {
        event.preventDefault();
        this.take(this.at);
      }
    }

    take(k) {
      const { layer, i } = this.found[k];
      // The card takes the keys on, and gives them back here.
      this.fold();
      this.panels.view.select({ layer: layer.id, id: layer.value("id", i) }, { pan: true, notify: true });
    }
  }

  Atlas.Search = Search;
})(window.Atlas = window.Atlas || {});
