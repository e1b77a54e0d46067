// The base map below the plan: drawn from the layers, or tiles of a service, whose datum it says.
(function (Atlas) {
  "use strict";

  const MAX_ZOOM = 18;
  const TILE_ERRORS = 3;

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
      const options = { maxNativeZoom: record.max_zoom, maxZoom: MAX_ZOOM, subdomains: record.subdomains || "a",
        key: this.keys[record.name] || this.keys.tianditu || "" };
      this.tiles = L.layerGroup(record.tiles.map((address) => {
        const layer = L.tileLayer(address, options);
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
