// The map: draws a document (see layers/web/document.schema.json) and keeps what the reader has chosen.
(function (Atlas) {
  "use strict";

  const MAX_ZOOM = 18;
  const PADDING = [28, 28];

  class View {
    constructor(container, documentData, options) {
      this.container = typeof container === "string" ? document.getElementById(container) : container;
      this.options = { onSelect: () => {}, onDraw: () => {}, onPick: () => {}, onGround: () => {}, onState: () => {}, keys: {}, framed: false, ...options };
      this.keys = { ...this.options.keys };
      this.container.classList.add("atlas");
      // The whole of it: search, panels and card belong to the map as much as what is drawn.
      this.container.setAttribute("role", "main");
      this.stage = document.createElement("div");
      this.stage.className = "atlas-stage";
      this.container.appendChild(this.stage);
      this.map = L.map(this.stage, {
        zoomControl: false, attributionControl: false, maxZoom: MAX_ZOOM, minZoom: 4,
        // Its own way of following the window would leave the names behind for a moment.
        zoomSnap: 0.5, trackResize: !window.ResizeObserver, ...this.options.leaflet,
      });
      const labels = this.map.createPane("atlas-labels");
      labels.style.zIndex = 640;
      this.labelPane = labels;
      this.points = new Atlas.Points(this);
      this.shapes = new Atlas.Shapes(this);
      this.stops = L.layerGroup().addTo(this.map);
      this.chosen = L.layerGroup().addTo(this.map);
      this.hiddenEvidence = new Set();
      // What is there by this year is shown; all years where it is null.
      this.year = null;
      // Layers that the reader has switched, on or off, whatever the document starts with.
      this.switched = new Map();
      this.selection = null;
      this.tiles = null;
      this.read(documentData);
      this.visible = new Set(documentData.visible);
      this.base = "vector";
      this.panels = new Atlas.Panels(this);
      this.walk = new Atlas.Walk(this, Atlas.elements.el);
      // The keys come to search, layers, tools, card and legend, then to areas and lines, before the many markers.
      this.container.append(this.stage);
      this.drawing = new Atlas.Drawing(this);
      this.measure = new Atlas.Measure(this);
      const state = this.options.state || {};
      this.restore(documentData, state);
      this.redraw();
      this.map.on("moveend", () => {
        this.refresh();
        if (!this.quiet) {
          this.options.onState(this.state());
        }
      });
      this.map.on("zoomstart", () => labels.classList.add("moving"));
      this.map.on("click", (event) => this.drawing.busy || this.measure.active || this.clicked(event.latlng));
      this.map.on("mousemove", (event) => this.panels.pointer(this.fromMap(event.latlng)));
      this.map.on("mouseout", () => this.panels.pointer(null));
      if (window.ResizeObserver) {
        new ResizeObserver(() => this.resize()).observe(this.stage);
      }
      if (documentData.selected) {
        this.select(documentData.selected, { pan: false });
      }
    }

    resize() {
      const before = this.map.getSize();
      this.quietly(() => this.map.invalidateSize());
      if (!before.equals(this.map.getSize())) {
        if (this.panels.fit()) {
          this.panels.draw();
        }
        this.refresh();
      }
    }

    read(documentData) {
      this.document = documentData;
      Atlas.looks = documentData.looks;
      Object.entries(Atlas.looks.inks).forEach(([name, colour]) =>
        document.documentElement.style.setProperty(`--${name}`, colour));
      this.model = new Atlas.Model(documentData);
      this.model.mention(this.mentioned || []);
      this.lang = documentData.lang;
    }

    // What an address or an earlier visit said goes before what the document says.
    restore(documentData, state) {
      this.switched = new Map(state.layers || []);
      this.hiddenEvidence = new Set(state.hidden || []);
      this.year = state.year || null;
      this.visible = this.startingFrom(documentData.visible);
      this.setBase(state.base || documentData.base, { quiet: true });
      if (state.view) {
        const { lat, lon, zoom } = state.view;
        this.map.setView(this.toMap(lon, lat, false), zoom, { animate: false });
      } else {
        this.home(false);
      }
    }

    // What moves the map though the reader has not: nobody is told.
    quietly(move) {
      this.quiet = true;
      move();
      this.quiet = false;
    }

    // As an address says, once more: the reader has gone back to it.
    goTo(state) {
      this.quietly(() => this.restore(this.document, { base: this.document.base, ...state }));
      this.redraw();
    }

    // What is visible: what the document starts with, but for what the reader has switched.
    startingFrom(visible) {
      const on = new Set(visible);
      this.switched.forEach((shown, id) => this.model.byId.has(id) && on[shown ? "add" : "delete"](id));
      return on;
    }

    text(key, values) {
      let words = this.document.texts[this.lang][key];
      Object.entries(values || {}).forEach(([name, value]) => {
        words = words.split(`{${name}}`).join(value);
      });
      return words;
    }

    // ---- places: the document is in CGCS2000, the screen in the datum of the base map ----

    shifted() {
      return this.baseRecord(this.base).datum === "gcj02";
    }

    toMap(lon, lat, outside) {
      const [x, y] = this.shifted() && !outside ? Atlas.datum.toGcj02(lon, lat) : [lon, lat];
      return L.latLng(y, x);
    }

    fromMap(at) {
      return this.shifted() ? Atlas.datum.fromGcj02(at.lng, at.lat) : [at.lng, at.lat];
    }

    // [[south, west], [north, east]] of the view in CGCS2000, widened by a share of it.
    bounds(margin) {
      const bounds = this.map.getBounds().pad(margin || 0);
      const [west, south] = this.fromMap(bounds.getSouthWest());
      const [east, north] = this.fromMap(bounds.getNorthEast());
      return [[south, west], [north, east]];
    }

    home(animate) {
      const [[south, west], [north, east]] = this.document.bounds;
      const bounds = L.latLngBounds(this.toMap(west, south, false), this.toMap(east, north, false));
      const [left, right] = this.panels.covered();
      const clear = { paddingTopLeft: [left, PADDING[1]], paddingBottomRight: [right, PADDING[1]] };
      const zoom = (px) => this.map.getBoundsZoom(bounds, false, L.point(px));
      const under = zoom([2 * PADDING[0], 2 * PADDING[1]]);
      const beside = zoom([left + right, 2 * PADDING[1]]);
      // Beside the panels where that costs little, else under them.
      const costs = beside < under && beside >= under - 0.5;
      this.map.fitBounds(bounds, { ...(costs ? clear : { padding: PADDING }), maxZoom: 15, animate });
      if (beside === under && !animate) {
        this.clearPanels(bounds, left, right);
      }
    }

    // In the middle there is room on both sides: move only as far as a panel covers something.
    clearPanels(bounds, left, right) {
      const west = this.map.latLngToContainerPoint(bounds.getSouthWest()).x;
      const east = this.map.latLngToContainerPoint(bounds.getNorthEast()).x;
      const hidden = east - (this.map.getSize().x - right);
      const room = west - left;
      if (hidden > 0 && room > 0) {
        this.map.panBy([Math.min(hidden, room), 0], { animate: false });
      }
    }

    state() {
      const [lon, lat] = this.fromMap(this.map.getCenter());
      return {
        view: { lat, lon, zoom: this.map.getZoom() },
        size: this.map.getSize(),
        layers: [...this.switched],
        hidden: [...this.hiddenEvidence],
        year: this.year,
        base: this.base,
      };
    }

    // ---- what is shown ----

    shown(layer, i) {
      return this.visible.has(layer.id) && this.evident(layer, i) && this.there(layer, i);
    }

    // The ground stays, whatever its evidence.
    evident(layer, i) {
      return layer.group === "context" || !this.hiddenEvidence.has(layer.value("evidence", i));
    }

    // Whether a feature is there by the year; one without a year of a layer that tells years is not.
    there(layer, i) {
      return this.year === null || !layer.years || (layer.years[i] !== null && layer.years[i] <= this.year);
    }

    layerColour(id) {
      return this.model.byId.get(id).colour;
    }

    setVisible(id, on) {
      this.visible[on ? "add" : "delete"](id);
      if (this.document.visible.includes(id) === on) {
        this.switched.delete(id);
      } else {
        this.switched.set(id, on);
      }
      this.redraw();
      // The line of sources below may have another height now.
      this.resize();
      this.options.onState(this.state());
    }

    setEvidence(name, on) {
      this.hiddenEvidence[on ? "delete" : "add"](name);
      this.redraw();
      this.options.onState(this.state());
    }

    // With what the reader begins, the browser's Back has an end.
    setYear(year, isBegun) {
      if (isBegun && this.options.onStep) {
        this.options.onStep();
      }
      this.year = year;
      this.redraw();
      this.options.onState(this.state());
    }

    // Draw everything anew.
    redraw() {
      this.shapes.showOnly(this.model.layers.filter((layer) => this.visible.has(layer.id)));
      this.drawStops();
      this.points.load(this.model.layers.filter((layer) => !layer.isImage && this.visible.has(layer.id)));
      this.drawSelection();
      this.panels.draw();
      this.drawing.draw();
      this.measure.draw();
      this.refresh();
    }

    // After a move: clusters, labels and the legend follow what is in view.
    refresh() {
      this.points.draw();
      this.panels.refresh();
      this.walk.draw();
      this.drawLabels();
      this.labelPane.classList.remove("moving");
    }

    drawStops() {
      this.stops.clearLayers();
      this.stopIds = new Set();
      this.model.layers.filter((layer) => (layer.stops || []).length && this.visible.has(layer.id))
        .forEach((layer) => {
          const seen = new Map();
          layer.stops.forEach((stop) => {
            if (layer.positions.has(stop.axis) && this.shown(layer, layer.positions.get(stop.axis))) {
              this.addStop(layer, stop, seen);
            }
          });
        });
    }

    addStop(layer, stop, seen) {
      // A node of both axes shows both of its numbers, side by side.
      const key = `${stop.lon},${stop.lat}`;
      const beside = seen.get(key) || 0;
      seen.set(key, beside + 1);
      this.stopIds.add(stop.id);
      const marker = L.marker(this.toMap(stop.lon, stop.lat, false), {
        icon: Atlas.icon(Atlas.symbols.stop(stop.number, stop.colour),
          L.point(beside * Atlas.looks.marks.stop.step_px, 0)),
        zIndexOffset: 700,
      });
      const name = [stop.name[this.lang], `${layer.name(layer.positions.get(stop.axis), this.lang)} ${stop.number}`];
      this.stops.addLayer(Atlas.pressed(marker, name.join(this.text("comma")), () => this.openStop(layer, stop)));
    }

    openStop(layer, stop) {
      const found = this.model.find(stop.id);
      if (found) {
        this.open(found.layer, found.i);
      } else {
        this.open(layer, layer.positions.get(stop.axis));
      }
    }

    drawLabels() {
      const size = this.map.getSize();
      const view = { left: 2, top: 2, right: size.x - 2, bottom: size.y - 2 };
      const { requests, symbols, stops, solids, zones } = Atlas.requests(this);
      const obstacles = this.panels.boxes().concat(stops);
      Atlas.labels.place(this.labelPane, requests, { view, obstacles, symbols, solids, zones });
      const corner = this.map.containerPointToLayerPoint([0, 0]);
      L.DomUtil.setPosition(this.labelPane, corner);
    }

    // ---- a new document: only what differs is drawn anew; the view and the choices stay ----

    // Who is not heard yet has selected something else since the document was asked for.
    update(next, heard = true) {
      const before = this.document;
      const changed = (key) => JSON.stringify(before[key]) !== JSON.stringify(next[key]);
      const redraw = changed("layers") || changed("lang");
      this.read(next);
      if (changed("visible")) {
        this.unswitch(before.visible, next.visible);
        this.visible = this.startingFrom(next.visible);
      }
      if (redraw || changed("visible")) {
        this.reselect();
        this.redraw();
      }
      if (changed("base") && next.base !== this.base) {
        this.setBase(next.base);
      }
      if (changed("bounds") && before.layers.length === 0) {
        this.quietly(() => this.home(false));
      }
      if (heard) {
        this.follow(next.selected, changed("selected"));
      }
    }

    // Who asks for other layers sees them, though they were switched off; results come and go.
    unswitch(before, next) {
      const plan = (visible) => visible.filter((id) => !id.startsWith("overlay-")).join();
      if (plan(before) !== plan(next)) {
        next.forEach((id) => this.switched.delete(id));
      }
    }

    // Names of what is elsewhere come by themselves; what was to be selected may be among them.
    mention(records) {
      this.mentioned = records;
      this.model.mention(records);
      if (!this.selection && this.document.selected) {
        this.select(this.document.selected);
      }
    }

    setLanguage(lang) {
      this.lang = lang;
      this.redraw();
      if (this.selection) {
        this.panels.card(this.selection.layer, this.selection.i);
      }
    }
  }

  Object.assign(View.prototype, Atlas.selecting, Atlas.basing);

  // The version of layers/web/document.schema.json that these scripts draw.
  const VERSION = 3;

  Atlas.create = (container, documentData, options) => {
    if (documentData.version !== VERSION) {
      throw new Error(`this page draws documents of version ${VERSION}, and this one is of version ` +
        `${documentData.version}: load the page anew`);
    }
    Atlas.view = new View(container, documentData, options);
    return Atlas.view;
  };
})(window.Atlas = window.Atlas || {});
