// Drawing an area: corners by click, undone one by one, told when the ring is closed and sound.
// Corners are kept in CGCS2000, so the area stays where it is when the base map changes its datum.
(function (Atlas) {
  "use strict";

  const PANE = "atlas-draw";
  const Z_INDEX = 645;
  // Seven decimals are a centimetre; in whole units of it, turns are computed without error.
  const UNITS = 1e7;
  const NEAR_FIRST_PX = 11;
  const NEAR_LAST_PX = 4;
  const DOUBLE_CLICK_MS = 350;
  const FEWEST = 3;
  const ink = () => Atlas.looks.inks.ink;
  const wrong = () => Atlas.looks.inks.mark;
  const WHITE = "#FFFFFF";
  // Room that the figure of the area takes on the screen; in a smaller area it stands above.
  const FIGURE_PX = [84, 26];

  // CGCS2000.
  const A_KM = 6378.137;
  const F = 1 / 298.257222101;
  const E = Math.sqrt(F * (2 - F));
  const RADIANS = Math.PI / 180;

  // Area of the ellipsoid between the equator and a latitude, per radian and half a square axis.
  function zone(sine) {
    return (1 - E * E) * (sine / (1 - E * E * sine * sine) + Math.atanh(E * sine) / E);
  }

  // Half-angle tangent of the latitude on the sphere whose areas are those of the ellipsoid.
  function half(lat) {
    return Math.tan(Math.asin(zone(Math.sin(lat * RADIANS)) / zone(1)) / 2);
  }

  // Area of a ring in km²: the sum of what lies between each side and the equator.
  function areaKm2(ring) {
    const excess = ring.reduce((sum, [lon, lat], k) => {
      const [nextLon, nextLat] = ring[(k + 1) % ring.length];
      const [a, b] = [half(lat), half(nextLat)];
      return sum + 2 * Math.atan2(Math.tan((nextLon - lon) * RADIANS / 2) * (a + b), 1 + a * b);
    }, 0);
    return Math.abs(excess) * A_KM * A_KM * zone(1) / 2;
  }

  function turn(a, b, c) {
    return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
  }

  function within(a, b, c) {
    return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) &&
      Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
  }

  // Whether two sides have a point in common.
  function meet([a, b], [c, d]) {
    const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
    return (abc !== abd && cda !== cdb) || (!abc && within(a, b, c)) || (!abd && within(a, b, d)) ||
      (!cda && within(c, d, a)) || (!cdb && within(c, d, b));
  }

  // Whether a side runs back over the one before it.
  function foldsBack([a, b], [, c]) {
    return turn(a, b, c) === 0 && (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]) <= 0;
  }

  // Whether a line, or the ring that it closes to, crosses or touches itself.
  function crosses(corners, closed) {
    const points = corners.map((corner) => corner.map((degrees) => Math.round(degrees * UNITS)));
    const ends = closed ? [...points.slice(1), points[0]] : points.slice(1);
    const sides = ends.map((end, k) => [points[k], end]);
    return sides.some((side, k) => sides.slice(k + 1).some((other, n) => {
      if (n === 0 && foldsBack(side, other)) {
        return true;
      }
      const last = closed && k === 0 && n === sides.length - 2;
      return last ? foldsBack(other, side) : n > 0 && meet(side, other);
    }));
  }

  // The middle of the widest part of a ring at half its height: always inside.
  function middle(ring) {
    const ys = ring.map(({ y }) => y);
    const y = (Math.min(...ys) + Math.max(...ys)) / 2;
    const xs = ring.flatMap((a, k) => {
      const b = ring[(k + 1) % ring.length];
      return (a.y > y) === (b.y > y) ? [] : [a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y)];
    }).sort((a, b) => a - b);
    let best = [xs[0], xs[0]];
    for (let k = 0; k + 1 < xs.length; k += 2) {
      best = xs[k + 1] - xs[k] > best[1] - best[0] ? [xs[k], xs[k + 1]] : best;
    }
    return L.point((best[0] + best[1]) / 2, y);
  }

  class Drawing {
    // `view` gives the map, its texts, its panels and the way between places and the screen.
    constructor(view) {
      this.view = view;
      this.allowed = false;
      this.corners = null;
      this.ring = null;
      this.pointer = null;
      this.finishedAt = -Infinity;
      this.map = view.map;
      this.map.createPane(PANE).style.zIndex = Z_INDEX;
      this.options = { pane: PANE, renderer: L.svg({ pane: PANE, padding: 0.4 }), interactive: false };
      this.drawn = L.layerGroup().addTo(this.map);
      this.rubber = L.layerGroup().addTo(this.map);
      this.buildBar();
      this.map.on("click", (event) => this.active && this.click(event));
      this.map.on("dblclick", () => this.active && this.finish());
      this.map.on("mousemove", (event) => this.active && this.move(event.latlng));
      this.map.on("mouseout", () => this.active && this.move(null));
      this.map.on("zoomend", () => this.draw());
      // Before the keys of the page and of the map, which mean other things by them.
      document.addEventListener("keydown", (event) => this.active && this.key(event), true);
    }

    get active() {
      return this.corners !== null;
    }

    // True while a click on the map belongs to the drawing, and for the rest of a double click.
    get busy() {
      return this.active || performance.now() - this.finishedAt < DOUBLE_CLICK_MS;
    }

    // ---- the buttons and the line of words below them ----

    buildBar() {
      const { el, button } = Atlas.elements;
      const { panels } = this.view;
      this.bar = el("div", "atlas-tools atlas-draw");
      this.buttons = {
        draw: button("wide", "", "", () => (this.active ? this.cancel() : this.start())),
        draw_undo: button("wide", "", "", () => this.undo()),
        draw_finish: button("wide", "", "", () => this.finish()),
        draw_clear: button("wide", "", "", () => this.clear()),
      };
      this.bar.append(...Object.values(this.buttons));
      this.hint = el("p", "atlas-panel atlas-hint");
      this.hint.setAttribute("role", "status");
      const bars = el("div", "atlas-bars");
      panels.tools.replaceWith(bars);
      bars.append(this.bar, panels.tools);
      bars.after(this.hint);
      this.showBar();
    }

    showBar() {
      const { view, buttons } = this;
      this.bar.hidden = !this.allowed;
      this.hint.hidden = !this.active;
      const tips = { draw: view.text("draw_tip"), draw_undo: view.text("draw_undo_tip"),
        draw_finish: view.text("draw_finish_tip"), draw_clear: view.text("draw_clear_tip") };
      Object.entries(buttons).forEach(([key, button]) => {
        button.textContent = view.text(key);
        button.title = tips[key];
        button.removeAttribute("aria-label");
      });
      buttons.draw.setAttribute("aria-pressed", String(this.active));
      buttons.draw_undo.hidden = !this.active;
      buttons.draw_finish.hidden = !this.active;
      buttons.draw_clear.hidden = this.active || !this.ring;
      buttons.draw_undo.disabled = !this.active || !this.corners.length;
      view.stage.classList.toggle("atlas-drawing", this.active);
    }

    say(key, wrong) {
      this.said = { key, wrong };
      this.hint.textContent = this.view.text(key);
      this.hint.classList.toggle("wrong", Boolean(wrong));
    }

    // Boxes that labels keep off, as of Panels.boxes.
    elements() {
      const figure = this.view.stage.querySelector(".atlas-figure");
      return [this.bar, this.hint, figure].filter((part) => part && !part.hidden);
    }

    // ---- what the reader does ----

    allow(on) {
      if (on === this.allowed) {
        return;
      }
      this.allowed = on;
      if (this.active) {
        this.cancel();
      }
      this.draw();
      this.view.drawLabels();
    }

    // An area that was drawn before, on another page or in the visit that a link is from.
    show(ring) {
      this.ring = ring;
      this.draw();
      this.view.drawLabels();
    }

    start() {
      this.view.measure.end();
      this.corners = [];
      this.map.doubleClickZoom.disable();
      this.say("draw_hint");
      this.draw();
      // The keys go to the map from here on, not to the button that was pressed.
      this.map.getContainer().focus({ preventScroll: true });
    }

    stop() {
      this.corners = null;
      this.pointer = null;
      this.finishedAt = performance.now();
      setTimeout(() => this.active || this.map.doubleClickZoom.enable(), DOUBLE_CLICK_MS);
      this.draw();
      this.view.drawLabels();
    }

    cancel() {
      this.stop();
      this.buttons.draw.focus();
    }

    clear() {
      this.ring = null;
      this.stop();
      this.buttons.draw.focus();
      this.view.options.onDraw(null);
    }

    click({ latlng, containerPoint }) {
      const near = (corner, px) => corner && this.pixel(corner).distanceTo(containerPoint) <= px;
      const { corners } = this;
      if (near(corners[corners.length - 1], NEAR_LAST_PX)) {
        return;
      }
      if (near(corners[0], NEAR_FIRST_PX) && corners.length > 1) {
        this.finish();
        return;
      }
      corners.push(this.view.fromMap(latlng).map((degrees) => Math.round(degrees * UNITS) / UNITS));
      this.say("draw_hint");
      this.draw();
    }

    move(latlng) {
      this.pointer = latlng;
      this.drawRubber();
    }

    undo() {
      this.corners.pop();
      this.say("draw_hint");
      this.draw();
    }

    finish() {
      if (this.corners.length < FEWEST) {
        this.say("draw_few", true);
      } else if (crosses(this.corners, true)) {
        this.say("draw_crossing", true);
      } else {
        this.ring = this.corners;
        this.stop();
        this.view.options.onDraw(this.ring);
      }
    }

    key(event) {
      const { key, target } = event;
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName || "");
      const undo = key === "Backspace" || (key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey));
      if (typing || (key === "Enter" && target.tagName === "BUTTON")) {
        return;
      }
      if (key === "Escape") {
        this.cancel();
      } else if (key === "Enter") {
        this.finish();
      } else if (undo) {
        this.undo();
      } else {
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
    }

    // ---- what is shown ----

    place([lon, lat]) {
      return this.view.toMap(lon, lat, false);
    }

    pixel(corner) {
      return this.map.latLngToContainerPoint(this.place(corner));
    }

    draw() {
      this.drawn.clearLayers();
      if (this.ring && this.allowed) {
        this.drawRing(this.ring.map((corner) => this.place(corner)));
      }
      if (this.said) {
        this.say(this.said.key, this.said.wrong);
      }
      this.showBar();
      this.drawRubber();
    }

    // The finished area: dashed and dark on a white band; pale while another one is drawn.
    drawRing(places) {
      const opacity = this.active ? 0.35 : 1;
      this.drawn.addLayer(L.polygon(places, { ...this.options, color: WHITE, weight: 5.5, opacity: 0.85 * opacity,
        fillColor: ink(), fillOpacity: 0.06 * opacity }));
      this.drawn.addLayer(L.polygon(places, { ...this.options, color: ink(), weight: 2.4, opacity,
        dashArray: "8 5", lineCap: "butt", fill: false, className: "atlas-drawn" }));
      if (this.active) {
        return;
      }
      const pixels = places.map((place) => this.map.latLngToLayerPoint(place));
      const { min, max } = L.bounds(pixels);
      const roomy = max.x - min.x > FIGURE_PX[0] && max.y - min.y > FIGURE_PX[1];
      const at = roomy ? middle(pixels) : L.point((min.x + max.x) / 2, min.y - FIGURE_PX[1] / 2);
      const figure = Atlas.elements.el("span", "atlas-figure", this.view.text("drawn_area", { n: size(areaKm2(this.ring)) }));
      this.drawn.addLayer(L.marker(this.map.layerPointToLatLng(at), { pane: PANE, interactive: false, keyboard: false,
        icon: L.divIcon({ html: figure, className: "atlas-point", iconSize: [0, 0] }) }));
    }

    // The line so far, a thread to the pointer and back to the first corner, and the corners.
    drawRubber() {
      this.rubber.clearLayers();
      if (!this.active || !this.corners.length) {
        return;
      }
      const places = this.corners.map((corner) => this.place(corner));
      const color = crosses(this.corners, false) ? wrong() : ink();
      const add = (layer) => this.rubber.addLayer(layer);
      add(L.polyline(places, { ...this.options, color: WHITE, weight: 5, opacity: 0.8 }));
      add(L.polyline(places, { ...this.options, color, weight: 2.2 }));
      if (this.pointer) {
        const thread = places.length > 1 ? [places[places.length - 1], this.pointer, places[0]] : [places[0], this.pointer];
        add(L.polyline(thread, { ...this.options, color: ink(), weight: 1.4, dashArray: "3 4" }));
      }
      const closing = places.length >= FEWEST && this.pointer &&
        this.map.latLngToContainerPoint(this.pointer).distanceTo(this.pixel(this.corners[0])) <= NEAR_FIRST_PX;
      places.forEach((place, k) => add(L.circleMarker(place, { ...this.options, color, weight: 1.8, fillColor: WHITE,
        fillOpacity: 1, radius: k === 0 && closing ? 8 : k === 0 && places.length >= FEWEST ? 5.5 : 3.8,
        className: "atlas-corner" })));
    }
  }

  function size(km2) {
    return km2 >= 1 ? Atlas.numerals.number(km2, 2) : Atlas.numerals.significant(km2, 3);
  }

  Atlas.Drawing = Drawing;
  Atlas.areaKm2 = areaKm2;
  Atlas.crosses = crosses;
})(window.Atlas = window.Atlas || {});
