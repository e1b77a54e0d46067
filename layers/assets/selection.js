// What is selected on the map: one feature, outlined in black, whose card is open.
(function (Atlas) {
  "use strict";

  const FOUND_ZOOM = 13;
  const PADDING = [28, 28];
  const SELECTED_EDGE_PX = 4;
  // Around the equator, and the power of two of the pixels of a tile.
  const EARTH_M = 40075016.7;
  const TILE_BITS = 8;

  // Methods of the view.
  Atlas.selecting = {
    // What is opened once more is let go.
    open(layer, i) {
      if (this.selected(layer.id, layer.value("id", i))) {
        this.clear(true);
      } else {
        this.select({ layer: layer.id, id: layer.value("id", i) }, { notify: true });
      }
    },

    selected(layerId, id) {
      const { layer, i } = this.selection || {};
      return Boolean(layer) && layer.id === layerId && layer.value("id", i) === id;
    },

    list(items) {
      this.panels.list(items);
    },

    select({ layer: layerId, id }, { pan = false, notify = false } = {}) {
      const found = this.model.at(layerId, id);
      if (!found) {
        return;
      }
      const { layer, i } = found;
      const same = this.selected(layer.id, layer.value("id", i));
      this.selection = { layer, i };
      if (!layer.elsewhere && layer.geometry(i) && !this.visible.has(layer.id)) {
        this.visible.add(layer.id);
        this.redraw();
      }
      this.drawSelection();
      this.panels.card(layer, i);
      if (pan) {
        this.map.once("moveend", () => this.uncover());
        this.panTo(layer, i);
      } else {
        this.uncover();
      }
      if (notify && !same) {
        this.options.onSelect({ layer: layer.id, id: layer.value("id", i) });
      }
    },

    // Move the map as far as a panel lies on what is selected; what does not fit is seen from afar.
    uncover() {
      const { layer, i } = this.selection || {};
      const seen = layer && this.visible.has(layer.id) && this.pixels(layer, i);
      const size = this.map.getSize();
      if (!seen || !L.bounds([0, 0], [size.x, size.y]).contains(seen) ||
          !this.panels.boxes().some((box) => L.bounds([box.left, box.top], [box.right, box.bottom]).overlaps(seen))) {
        return;
      }
      const { left, top, right, bottom } = this.panels.clear();
      const fits = ({ x, y }) => x <= right - left && y <= bottom - top;
      // A point is as large from afar: where its symbol does not fit, it stands in the middle.
      if (layer.isPoint(i) || fits(seen.getSize())) {
        const over = (low, high, from, to) => (high - low > to - from ? (low + high - from - to) / 2
          : Math.max(0, high - to) + Math.min(0, low - from));
        this.map.panBy([over(seen.min.x, seen.max.x, left, right), over(seen.min.y, seen.max.y, top, bottom)]);
      } else {
        this.map.fitBounds(this.shapes.path(layer, i, {}).getBounds(), { paddingTopLeft: [left, top],
          paddingBottomRight: [size.x - right, size.y - bottom], maxZoom: this.map.getZoom() });
      }
    },

    // The box of a feature on the screen.
    pixels(layer, i) {
      if (!layer.geometry(i)) {
        return null;
      }
      const at = (latlng) => this.map.latLngToContainerPoint(latlng);
      if (!layer.isPoint(i)) {
        const bounds = this.shapes.path(layer, i, {}).getBounds();
        return L.bounds(at(bounds.getNorthWest()), at(bounds.getSouthEast()));
      }
      const middle = at(this.toMap(...layer.place(i), layer.outsideSet.has(i)));
      const half = L.point(1, 1).multiplyBy(layer.radius(i) + SELECTED_EDGE_PX);
      return L.bounds(middle.subtract(half), middle.add(half));
    },

    // While a place is asked for, a click anywhere is one: nothing on the map catches it.
    pick(on) {
      this.picking = on;
      this.stage.classList.toggle("atlas-picking", on);
    },

    clicked(latlng) {
      const place = this.fromMap(latlng);
      if (!this.picking) {
        this.clear(!this.ground);
        if (this.ground) {
          this.options.onGround(place);
        }
        return;
      }
      const [lon, lat] = place;
      const metresPerPx = (EARTH_M * Math.cos((lat * Math.PI) / 180)) / 2 ** (this.map.getZoom() + TILE_BITS);
      this.options.onPick([lon, lat], metresPerPx);
    },

    clear(notify) {
      const had = Boolean(this.selection);
      this.selection = null;
      this.chosen.clearLayers();
      this.panels.closeCard();
      this.panels.drawLegend();
      this.panels.measure();
      this.drawLabels();
      if (had && notify) {
        this.options.onSelect(null);
      }
    },

    drawSelection() {
      this.chosen.clearLayers();
      if (!this.selection) {
        return;
      }
      const { layer, i } = this.selection;
      if (layer.elsewhere && !layer.shapes && layer.place(i)) {
        const [lon, lat] = layer.place(i);
        this.chosen.addLayer(L.circleMarker(this.toMap(lon, lat, layer.outsideSet.has(i)), {
          pane: "atlas-chosen", radius: 9, color: "#000000", weight: 2.5, fill: false, interactive: false }));
        return;
      }
      if (!layer.geometry(i) || !(layer.elsewhere || this.visible.has(layer.id))) {
        return;
      }
      this.chosen.addLayer(layer.isPoint(i)
        ? this.points.pointMarker(layer, i, true)
        : this.shapes.outline(layer, i));
    },

    panTo(layer, i) {
      const at = layer.place(i);
      if (!at) {
        return;
      }
      const outside = layer.outsideSet.has(i);
      if (layer.isPoint(i)) {
        this.map.setView(this.toMap(at[0], at[1], outside), Math.max(this.map.getZoom(), FOUND_ZOOM));
      } else {
        this.map.fitBounds(this.shapes.path(layer, i, {}).getBounds(), { padding: PADDING, maxZoom: 14 });
      }
    },

    // Keep the selection across documents when the feature is still there.
    reselect() {
      if (!this.selection) {
        return;
      }
      const id = this.selection.layer.value("id", this.selection.i);
      this.selection = this.model.at(this.selection.layer.id, id);
      if (this.selection) {
        this.panels.card(this.selection.layer, this.selection.i);
      } else {
        this.clear(false);
      }
    },

    follow(selected, changed) {
      if (!changed) {
        return;
      }
      if (!selected || !this.model.at(selected.layer, selected.id)) {
        this.clear(false);
        return;
      }
      this.select(selected, {});
      const { layer, i } = this.selection || {};
      const at = layer && layer.place(i);
      if (at && !this.map.getBounds().contains(this.toMap(at[0], at[1], layer.outsideSet.has(i)))) {
        this.panTo(layer, i);
      }
    },
  };
})(window.Atlas = window.Atlas || {});
