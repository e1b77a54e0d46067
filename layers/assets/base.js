// The base map below the plan: drawn from the layers, or tiles of a service, whose datum it says.
(function (Atlas) {
  "use strict";

  const MAX_ZOOM = 18;
  const TILE_ERRORS = 3;
  // Web mercator: the radius of the Earth, metres.
  const A = 6378137;
  const RADIANS = Math.PI / 180;
  const DEGREE_M = A * RADIANS;
  const STRIP_PX = 8;
  const NEAR = 1e-9;

  // Tiles whose levels are not those of web maps: each tile of the map is drawn from those that lie
  // there. Longitudes run alike; tiles in degrees are drawn strip by strip, as latitudes do not.
  const Matrices = L.GridLayer.extend({
    initialize(record, address, { subdomains, key, maxZoom }) {
      L.setOptions(this, { maxZoom });
      Object.assign(this, { record, address, subdomains, key });
    },

    units({ lat, lng }) {
      return this.record.degrees ? [lng, lat]
        : [lng * DEGREE_M, Math.asinh(Math.tan(lat * RADIANS)) * A];
    },

    latitude(y) {
      return this.record.degrees ? y : Math.atan(Math.sinh(y / A)) / RADIANS;
    },

    createTile(coords, done) {
      const side = this.getTileSize().x;
      const canvas = L.DomUtil.create("canvas", "leaflet-tile");
      canvas.width = canvas.height = side;
      const first = coords.scaleBy(L.point(side, side));
      const corner = (at) => this.units(this._map.unproject(at, coords.z));
      const [[west, north], [east, south]] = [corner(first), corner(first.add([side, side]))];
      const far = ({ resolution }) => Math.abs(Math.log((east - west) / side / resolution));
      const level = this.record.matrices.reduce((best, each) => (far(each) < far(best) ? each : best));
      const span = level.resolution * level.px;
      const range = (from, to, most) => {
        const begin = Math.max(0, Math.floor(from + NEAR));
        return Array.from({ length: Math.max(0, Math.min(most - 1, Math.ceil(to - NEAR) - 1) - begin + 1) }, (_, k) => begin + k);
      };
      const columns = range((west - level.left) / span, (east - level.left) / span, level.columns);
      const rows = range((level.top - north) / span, (level.top - south) / span, level.rows);
      const down = (y) => this._map.project([this.latitude(y), 0], coords.z).y - first.y;
      const across = (x) => (x - west) / (east - west) * side;
      const draw = (image, x, y) => {
        const pen = canvas.getContext("2d");
        const [left, right] = [across(level.left + x * span), across(level.left + (x + 1) * span)];
        const strip = this.record.degrees ? STRIP_PX : level.px;
        for (let at = 0; at < level.px; at += strip) {
          const top = level.top - y * span - at * level.resolution;
          const [above, below] = [down(top), down(top - strip * level.resolution)];
          // A little beyond, so that no line is left between two.
          pen.drawImage(image, 0, at, level.px, strip, left, above, right - left + 0.5, below - above + 0.5);
        }
      };
      const load = (x, y) => new Promise((resolve, reject) => {
        const image = new Image();
        image.onload = () => resolve(draw(image, x, y));
        image.onerror = () => reject(new Error("no tile"));
        image.src = L.Util.template(this.address, { x, y, z: level.id, key: this.key,
          s: this.subdomains[(x + y) % this.subdomains.length] });
      });
      Promise.all(rows.flatMap((y) => columns.map((x) => load(x, y)))).then(() => done(null, canvas), (error) => done(error, canvas));
      return canvas;
    },
  });

  // Methods of the view.
  Atlas.basing = {
    baseRecord(name) {
      return this.document.basemaps.find((item) => item.name === name) || this.document.basemaps[0];
    },

    setBase(name, { quiet = false } = {}) {
      const record = this.baseRecord(name);
      if (record.needs_key && !this.keys[record.name] && !this.keys.tianditu) {
        this.panels.askKey(record, (key) => {
          this.keys.tianditu = key;
          this.setBase(record.name);
        });
        return;
      }
      const before = this.shifted();
      const moves = before !== (record.datum === "gcj02") || !Number.isInteger(this.map._zoom);
      const centre = moves && this.map._loaded ? this.fromMap(this.map.getCenter()) : null;
      this.dropTiles();
      this.base = record.name;
      // Tiles are sharp at whole levels only; the vector base map is at any.
      this.map.options.zoomSnap = record.tiles.length ? 1 : 0.5;
      if (record.tiles.length) {
        this.loadTiles(record);
      }
      if (centre) {
        this.map.setView(this.toMap(centre[0], centre[1], false), this.map.getZoom(), { animate: false });
      }
      if (!quiet) {
        this.redraw();
        this.options.onState(this.state());
      }
      if (record.datum === "gcj02") {
        this.panels.say(this.text("base_shifted"));
      }
    },

    loadTiles(record) {
      let loaded = 0;
      let failed = 0;
      const options = { minNativeZoom: record.min_zoom, maxNativeZoom: record.max_zoom, maxZoom: MAX_ZOOM,
        subdomains: record.subdomains || "a",
        key: this.keys[record.name] || this.keys.tianditu || "" };
      this.tiles = L.layerGroup(record.tiles.map((address) => {
        const layer = record.matrices.length
          ? new Matrices(record, address, options) : L.tileLayer(address, options);
        layer.on("tileload", () => { loaded += 1; });
        layer.on("tileerror", () => {
          failed += 1;
          if (failed >= TILE_ERRORS && !loaded && this.base === record.name) {
            this.setBase("vector");
            this.panels.say(this.text("base_failed", { name: record.title[this.lang] }));
          }
        });
        return layer;
      })).addTo(this.map);
    },

    dropTiles() {
      if (this.tiles) {
        this.tiles.remove();
        this.tiles = null;
      }
    },
  };
})(window.Atlas = window.Atlas || {});
