// Shapes: areas, lines and pictures, each kind in its own pane so that the order never changes.
(function (Atlas) {
  "use strict";

  // Base map below the tiles, district outlines and metro above them, results, then the plan.
  const PANES = { land: 150, boundary: 250, analysis: 300, picture: 310, isoline: 320, area: 410, line: 420, chosen: 450 };
  const WHITE = "#FFFFFF";
  const DENSE = 0.7;
  const EARTH_TOLERANCE_PX = 0.25;

  class Shapes {
    constructor(host) {
      this.host = host;
      this.groups = new Map();
      this.renderers = {};
      Object.entries(PANES).forEach(([name, z]) => {
        const pane = host.map.createPane(`atlas-${name}`);
        pane.style.zIndex = z;
        const options = { pane: `atlas-${name}`, padding: 0.4, tolerance: 3 };
        // Results may be thousands of cells: canvas; the rest are few: SVG, for its hatching.
        this.renderers[name] = name === "analysis" ? L.canvas(options) : L.svg(options);
      });
      this.patterns = Atlas.symbols.svg("defs");
      host.map.getPane("atlas-area").appendChild(
        Atlas.symbols.svg("svg", { width: 0, height: 0, class: "atlas-patterns" }, [this.patterns]));
    }

    // A dense fill gives way as the reader comes closer, so that the ground can be read.
    fade(path, opacity) {
      const { map } = this.host;
      const redraw = () => path.setStyle({ fillOpacity: opacity * faded(map.getZoom()) });
      path.on("add", () => { redraw(); map.on("zoomend", redraw); });
      path.on("remove", () => map.off("zoomend", redraw));
      return path;
    }

    // What is not among these goes, also what an earlier document had.
    showOnly(layers) {
      const ids = new Set(layers.map((layer) => layer.id));
      [...this.groups.keys()].filter((id) => !ids.has(id)).forEach((id) => this.hide(id));
      layers.forEach((layer) => this.show(layer));
    }

    show(layer) {
      this.hide(layer.id);
      const group = L.layerGroup();
      if (layer.isImage) {
        group.addLayer(this.picture(layer));
      } else if (layer.shapes) {
        for (let i = 0; i < layer.count; i += 1) {
          if (!layer.isPoint(i) && layer.shapes[i] && this.host.shown(layer, i)) {
            this.add(group, layer, i);
          }
        }
      }
      group.addTo(this.host.map);
      this.groups.set(layer.id, group);
    }

    hide(id) {
      if (this.groups.has(id)) {
        this.groups.get(id).remove();
        this.groups.delete(id);
      }
    }

    picture(layer) {
      const [[south, west], [north, east]] = layer.bounds;
      return L.imageOverlay(layer.url,
        [this.host.toMap(west, south, false), this.host.toMap(east, north, false)],
        { pane: "atlas-picture", interactive: false });
    }

    path(layer, i, options, geometry = layer.shapes[i]) {
      const outside = layer.outsideSet.has(i);
      return L.GeoJSON.geometryToLayer({ type: "Feature", geometry }, {
        ...options,
        smoothFactor: EARTH_TOLERANCE_PX,
        coordsToLatLng: ([lon, lat]) => this.host.toMap(lon, lat, outside),
      });
    }

    add(group, layer, i) {
      const style = layer.styleOf(i);
      // An isoline says its value on itself; a click belongs to what lies below it, as it does where
      // a card would have nothing to say.
      const interactive = layer.group !== "context" && layer.pane !== "isoline" && layer.tells(i);
      // Of a layer of points some have an area.
      const pane = layer.pane in PANES ? layer.pane : "area";
      const options = {
        pane: `atlas-${pane}`, renderer: this.renderers[pane], interactive,
        color: style.edge || style.colour, weight: style.weight, opacity: style.opacity,
        dashArray: style.dash || null, lineCap: style.dash ? "butt" : "round",
        fill: !layer.isLine(i), fillColor: style.colour, fillOpacity: style.fill_opacity,
        bubblingMouseEvents: false,
      };
      if (layer.isLine(i)) {
        options.color = style.colour;
        this.addLine(group, layer, i, style, options);
        return;
      }
      if (layer.id === this.host.document.land) {
        this.addDistrict(group, layer, i, options);
        return;
      }
      if (style.edge === WHITE) {
        // A white edge shows no dashes on pale ground: they run in the fill's colour along it.
        group.addLayer(this.path(layer, i, { ...options, fill: false, dashArray: null, interactive: false,
          weight: Atlas.looks.marks.white_edge.wide * style.weight }));
        options.color = style.dash ? style.colour : WHITE;
        options.weight = style.dash ? Atlas.looks.marks.white_edge.dashed * style.weight : style.weight;
      }
      if (style.hatch) {
        options.fillColor = this.hatching(style.colour);
        options.fillOpacity = 1;
      }
      if (layer.painted && layer.painted[i]) {
        // Overlapping areas share the ground in stripes; a click finds the whole of each.
        group.addLayer(this.path(layer, i, { ...options, stroke: false, interactive: false }, layer.painted[i]));
        options.fillOpacity = 0;
      }
      const path = this.listening(this.path(layer, i, options), layer, i);
      group.addLayer(layer.group === "layout" && style.fill_opacity > DENSE ? this.fade(path, style.fill_opacity) : path);
    }

    // The land lies below the tiles of an online base map, the boundary above them.
    addDistrict(group, layer, i, options) {
      group.addLayer(this.path(layer, i, { ...options, stroke: false }));
      group.addLayer(this.path(layer, i, { ...options, fill: false, pane: "atlas-boundary",
        renderer: this.renderers.boundary }));
    }

    addLine(group, layer, i, style, options) {
      const { casing, isoline_casing: pale } = Atlas.looks.marks;
      if (layer.pane === "isoline") {
        // Pale beside dark, so that the line is seen on every colour of a surface.
        group.addLayer(this.path(layer, i, { ...options, color: WHITE, weight: style.weight + pale.px, opacity: pale.opacity }));
      }
      if (style.arrows) {
        group.addLayer(this.path(layer, i, { ...options, color: WHITE, weight: style.weight + casing.px,
          opacity: casing.opacity, dashArray: null, interactive: false }));
        group.addLayer(this.path(layer, i, { ...options, opacity: casing.beneath_opacity, dashArray: null }));
      }
      const line = this.listening(this.path(layer, i, options), layer, i);
      group.addLayer(line);
      if (style.arrows) {
        group.addLayer(this.arrows(line, style.colour));
      }
    }

    listening(path, layer, i) {
      if (layer.group !== "context") {
        path.on("click", () => this.host.open(layer, i));
      }
      return path;
    }

    hatching(colour) {
      const id = `atlas-hatch-${colour.slice(1)}`;
      if (!this.patterns.querySelector(`#${id}`)) {
        this.patterns.appendChild(Atlas.symbols.hatch(id, colour));
      }
      return `url(#${id})`;
    }

    // Arrowheads along a line at equal distances on the screen, so they are set anew at each zoom.
    arrows(line, colour) {
      const { map } = this.host;
      const marks = L.polygon([], { pane: "atlas-line", renderer: this.renderers.line,
        color: WHITE, weight: Atlas.looks.marks.arrow.edge_px, interactive: false, fillColor: colour, fillOpacity: 1 });
      const redraw = () => {
        const parts = L.LineUtil.isFlat(line.getLatLngs()) ? [line.getLatLngs()] : line.getLatLngs();
        marks.setLatLngs(parts.flatMap((part) => arrowheads(part.map((at) => map.project(at))))
          .map((head) => [head.map((point) => map.unproject(point))]));
      };
      marks.on("add", () => { redraw(); map.on("zoomend", redraw); });
      marks.on("remove", () => map.off("zoomend", redraw));
      return marks;
    }

    // Black outline of the selected shape, with white around it to part it from dark ground.
    outline(layer, i) {
      const common = { pane: "atlas-chosen", renderer: this.renderers.chosen, fill: false, interactive: false };
      const { colour, area_px: areaPx, line_px: linePx } = Atlas.looks.selected;
      const wide = layer.isLine(i) ? linePx + 3 : areaPx + 3.5;
      const group = L.layerGroup([
        this.path(layer, i, { ...common, color: WHITE, weight: wide, opacity: 0.9 }),
        this.path(layer, i, { ...common, color: colour, weight: layer.isLine(i) ? linePx : areaPx }),
      ]);
      if (layer.isLine(i)) {
        group.addLayer(this.path(layer, i, { ...common, color: layer.styleOf(i).colour, weight: 4 }));
      }
      return group;
    }

    // Every line in view of a feature as points on the screen, evenly spaced.
    screenLines(layer, i, step) {
      const { map } = this.host;
      const size = map.getSize();
      const seen = L.bounds([0, 0], [size.x, size.y]);
      const { type, coordinates } = layer.shapes[i];
      return (type === "LineString" ? [coordinates] : coordinates).flatMap((part) =>
        steps(part.map(([lon, lat]) => map.latLngToContainerPoint(this.host.toMap(lon, lat, false))), step, seen));
    }

    // Ring or line as points on the screen, for labels on it; null when nothing is drawn.
    screenPath(layer, i) {
      const geometry = layer.shapes[i];
      let part = geometry.coordinates;
      if (geometry.type === "MultiPolygon" || geometry.type === "MultiLineString") {
        part = part.reduce((a, b) => (b.flat().length > a.flat().length ? b : a));
      }
      if (geometry.type.endsWith("Polygon")) {
        [part] = part;
      }
      const outside = layer.outsideSet.has(i);
      const path = part.map(([lon, lat]) => this.host.map.latLngToContainerPoint(this.host.toMap(lon, lat, outside)));
      return layer.isLine(i) ? evenly(path) : path;
    }
  }

  // The parts of a path that are in view, as points at equal distances along it.
  function steps(path, step, seen) {
    const runs = [];
    let run = null;
    let left = 0;
    for (let k = 1; k < path.length; k += 1) {
      const [from, to] = [path[k - 1], path[k]];
      if (seen.intersects(L.bounds(from, to))) {
        if (!run) {
          run = [];
          left = 0;
          runs.push(run);
        }
        const length = from.distanceTo(to);
        for (; left <= length && length > 0; left += step) {
          run.push(from.add(to.subtract(from).multiplyBy(left / length)));
        }
        left -= length;
      } else {
        run = null;
      }
    }
    return runs;
  }

  function faded(zoom) {
    return zoom <= 11 ? 1 : Math.max(0.4, 1 - 0.3 * (zoom - 11));
  }

  function evenly(path) {
    const points = [];
    for (let k = 1; k < path.length; k += 1) {
      const steps = Math.max(1, Math.ceil(path[k].distanceTo(path[k - 1]) / 12));
      for (let s = 0; s < steps; s += 1) {
        const share = s / steps;
        points.push(L.point(path[k - 1].x + share * (path[k].x - path[k - 1].x),
          path[k - 1].y + share * (path[k].y - path[k - 1].y)));
      }
    }
    return points;
  }

  function arrowheads(path) {
    const { every_px: every, size_px: size, half, notch } = Atlas.looks.marks.arrow;
    const found = [];
    let next = every / 2;
    let done = 0;
    for (let k = 1; k < path.length; k += 1) {
      const [from, to] = [path[k - 1], path[k]];
      const length = from.distanceTo(to);
      const unit = length ? to.subtract(from).divideBy(length) : null;
      for (; unit && next <= done + length; next += every) {
        const tip = from.add(unit.multiplyBy(next - done + size / 2));
        const back = tip.subtract(unit.multiplyBy(size));
        const side = L.point(-unit.y, unit.x).multiplyBy(size * half);
        found.push([back.add(side), tip, back.subtract(side), back.add(unit.multiplyBy(size * notch))]);
      }
      done += length;
    }
    return found;
  }

  Atlas.Shapes = Shapes;
})(window.Atlas = window.Atlas || {});
