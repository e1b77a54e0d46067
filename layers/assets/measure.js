// Measuring lengths and areas on the ground: points by click, undone one by one, gone by Escape.
// Points are kept in CGCS2000, so that a base map in another datum changes no figure.
(function (Atlas) {
  "use strict";

  const PANE = "atlas-measure";
  const Z_INDEX = 646;
  const UNDO_KEYS = ["Backspace", "Delete"];
  const WHITE = "#FFFFFF";
  const NEAR_PX = 3;
  const KM = 1000;
  const HA_KM2 = 0.01;
  const FEWEST = { distance: 2, area: 3 };

  // CGCS2000, metres.
  const A = 6378137;
  const F = 1 / 298.257222101;
  const B = A * (1 - F);
  const RADIANS = Math.PI / 180;
  const ROUNDS = 100;
  const CLOSE = 1e-12;

  // Length of the geodesic between two places, metres, by Vincenty's inverse formula: to a millimetre
  // but between places that are nearly opposite on the Earth.
  function distanceM([lon1, lat1], [lon2, lat2]) {
    const [u1, u2] = [lat1, lat2].map((lat) => Math.atan((1 - F) * Math.tan(lat * RADIANS)));
    const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
    const apart = (lon2 - lon1) * RADIANS;
    let lambda = apart;
    for (let round = 0; round < ROUNDS; round += 1) {
      const [sl, cl] = [Math.sin(lambda), Math.cos(lambda)];
      const sine = Math.hypot(c2 * sl, c1 * s2 - s1 * c2 * cl);
      if (sine === 0) {
        return 0;
      }
      const cosine = s1 * s2 + c1 * c2 * cl;
      const sigma = Math.atan2(sine, cosine);
      const alpha = c1 * c2 * sl / sine;
      const square = 1 - alpha * alpha;
      const middle = square ? cosine - 2 * s1 * s2 / square : 0;
      const c = F / 16 * square * (4 + F * (4 - 3 * square));
      const before = lambda;
      lambda = apart + (1 - c) * F * alpha * (sigma + c * sine * (middle + c * cosine * (2 * middle * middle - 1)));
      if (Math.abs(lambda - before) < CLOSE || round === ROUNDS - 1) {
        const u = square * (A * A - B * B) / (B * B);
        const p = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)));
        const q = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)));
        const delta = q * sine * (middle + q / 4 * (cosine * (2 * middle * middle - 1) -
          q / 6 * middle * (4 * sine * sine - 3) * (4 * middle * middle - 3)));
        return B * p * (sigma - delta);
      }
    }
    return NaN;
  }

  class Measure {
    // `view` gives the map, its texts, its panels and the way between places and the screen.
    constructor(view) {
      this.view = view;
      this.map = view.map;
      this.kind = null;
      this.points = [];
      this.map.createPane(PANE).style.zIndex = Z_INDEX;
      this.options = { pane: PANE, renderer: L.svg({ pane: PANE, padding: 0.4 }), interactive: false };
      this.drawn = L.layerGroup().addTo(this.map);
      this.buildBar();
      this.map.on("click", (event) => this.active && this.add(event.latlng));
      document.addEventListener("keydown", (event) => this.active && this.key(event), true);
    }

    get active() {
      return this.kind !== null;
    }

    buildBar() {
      const { el, button } = Atlas.elements;
      this.bar = el("div", "atlas-tools atlas-measure");
      this.buttons = Object.fromEntries(Object.keys(FEWEST).map((kind) =>
        [kind, button("wide", "", "", () => (this.kind === kind ? this.end() : this.start(kind)))]));
      this.bar.append(...Object.values(this.buttons));
      this.hint = el("p", "atlas-panel atlas-told");
      this.hint.setAttribute("role", "status");
      const { bar, hint } = this.view.drawing;
      bar.parentElement.prepend(this.bar);
      hint.after(this.hint);
    }

    // Boxes that labels keep off, as of Panels.boxes.
    elements() {
      return [this.bar, this.hint].filter((part) => !part.hidden);
    }

    start(kind) {
      if (this.view.drawing.active) {
        this.view.drawing.cancel();
      }
      this.kind = kind;
      this.points = [];
      this.map.doubleClickZoom.disable();
      this.draw();
      // The keys go to the map from here on, not to the button that was pressed.
      this.map.getContainer().focus({ preventScroll: true });
    }

    end() {
      if (this.active) {
        const { kind } = this;
        this.kind = null;
        this.points = [];
        this.map.doubleClickZoom.enable();
        this.draw();
        this.buttons[kind].focus();
      }
    }

    add(latlng) {
      const last = this.points[this.points.length - 1];
      const pixel = (at) => this.map.latLngToContainerPoint(at);
      // The second click of a double one is no point.
      if (!last || pixel(latlng).distanceTo(pixel(this.view.toMap(...last, false))) > NEAR_PX) {
        this.points.push(this.view.fromMap(latlng));
        this.draw();
      }
    }

    key(event) {
      const undo = UNDO_KEYS.includes(event.key) || (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey));
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName || "") || !(undo || event.key === "Escape")) {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (undo) {
        this.points.pop();
        this.draw();
      } else {
        this.end();
      }
    }

    // ---- what is shown ----

    length() {
      const closed = this.kind === "area" ? [...this.points, this.points[0]] : this.points;
      return closed.slice(1).reduce((sum, point, k) => sum + distanceM(closed[k], point), 0);
    }

    words() {
      const { view, kind, points } = this;
      if (points.length < FEWEST[kind]) {
        return view.text(kind === "area" ? "measure_area_how" : "measure_distance_how");
      }
      if (kind === "area" && Atlas.crosses(points, true)) {
        return view.text("draw_crossing");
      }
      const length = this.metres(this.length());
      return kind === "area"
        ? view.text("measured_area", { area: this.area(Atlas.areaKm2(points)), length })
        : view.text("measured_distance", { length });
    }

    metres(value) {
      const n = Atlas.numerals.significant(value >= KM ? value / KM : value);
      return this.view.text(value >= KM ? "kilometres" : "metres", { n });
    }

    area(km2) {
      const { significant } = Atlas.numerals;
      if (km2 >= 1) {
        return this.view.text("square_kilometres", { n: significant(km2) });
      }
      return km2 >= HA_KM2
        ? this.view.text("hectares", { n: significant(km2 / HA_KM2) })
        : this.view.text("square_metres", { n: significant(km2 * KM * KM) });
    }

    draw() {
      const { view, kind, points } = this;
      Object.entries(this.buttons).forEach(([name, button]) => {
        button.textContent = view.text(name === "area" ? "measure_area" : "measure_distance");
        button.title = view.text(name === "area" ? "measure_area_tip" : "measure_distance_tip");
        button.removeAttribute("aria-label");
        button.setAttribute("aria-pressed", String(name === kind));
      });
      view.stage.classList.toggle("atlas-measuring", this.active);
      this.hint.hidden = !this.active;
      this.drawn.clearLayers();
      if (!this.active) {
        return;
      }
      this.hint.textContent = this.words();
      const places = points.map(([lon, lat]) => view.toMap(lon, lat, false));
      const { ink } = Atlas.looks.inks;
      const line = kind === "area" && points.length >= FEWEST.area ? L.polygon : L.polyline;
      const filled = { fill: line === L.polygon, fillColor: ink, fillOpacity: 0.08 };
      this.drawn.addLayer(line(places, { ...this.options, ...filled, color: WHITE, weight: 5, opacity: 0.85 }));
      this.drawn.addLayer(line(places, { ...this.options, color: ink, weight: 2.2, fill: false, className: "atlas-measured" }));
      places.forEach((place) => this.drawn.addLayer(L.circleMarker(place, { ...this.options, color: ink, weight: 1.8,
        fillColor: WHITE, fillOpacity: 1, radius: 3.8 })));
    }
  }

  Atlas.Measure = Measure;
  Atlas.distanceM = distanceM;
})(window.Atlas = window.Atlas || {});
