// GCJ-02: the shifted datum of some Chinese tile services, and the way back from it.
(function (Atlas) {
  "use strict";

  // Krasovsky 1940, the ellipsoid that the published formula uses.
  const A = 6378245.0;
  const EE = 0.00669342162296594323;
  const RADIANS = Math.PI / 180;

  // The formula's waves: two along x, four along v, the long ones with their own heights.
  function waves(x, v, high, higher) {
    const sine = (amplitude, turns) => amplitude * Math.sin(turns * Math.PI);
    return (sine(20, 6 * x) + sine(20, 2 * x) + sine(20, v) + sine(40, v / 3) +
      sine(high, v / 12) + sine(higher, v / 30)) * 2 / 3;
  }

  function shift(lon, lat) {
    const x = lon - 105;
    const y = lat - 35;
    const root = Math.sqrt(Math.abs(x));
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves(x, y, 160, 320);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves(x, x, 150, 300);
    const sine = Math.sin(lat * RADIANS);
    const magic = 1 - EE * sine * sine;
    const meridian = A * (1 - EE) / (magic * Math.sqrt(magic));
    const parallel = A / Math.sqrt(magic) * Math.cos(lat * RADIANS);
    return [east / (parallel * RADIANS), north / (meridian * RADIANS)];
  }

  // [lon, lat] in CGCS2000 -> [lon, lat] in GCJ-02.
  function toGcj02(lon, lat) {
    const [east, north] = shift(lon, lat);
    return [lon + east, lat + north];
  }

  // The formula has no closed inverse; each round divides the error by several thousand.
  function fromGcj02(lon, lat) {
    let [x, y] = [lon, lat];
    for (let round = 0; round < 4; round += 1) {
      const [gx, gy] = toGcj02(x, y);
      x += lon - gx;
      y += lat - gy;
    }
    return [x, y];
  }

  Atlas.datum = { toGcj02, fromGcj02 };
})(window.Atlas = window.Atlas || {});
