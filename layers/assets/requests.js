// What wants a label in the present view, and which symbols stand in the way.
(function (Atlas) {
  "use strict";

  const SLANT = 1.2;
  // Isolines: the distance of points along them, and of two numbers on one line.
  const STEP_PX = 6;
  const NUMBER_EVERY_PX = 420;
  const SHORTEST_PX = 72;

  function common(layer, i, host) {
    const { label } = layer;
    const own = layer.styleOf(i).colour;
    const name = layer.name(i, host.lang);
    return {
      text: layer.group === "context" ? name.replace(new RegExp(host.document.aside), "") : name,
      figure: layer.value("figure_words", i),
      place: label.place, priority: label.priority, layer: layer.id,
      size: label.size, weight: label.weight, halo: label.halo === "#FFFFFF" ? label.halo : own,
      colour: label.colour === "field" ? darker(own) : label.colour,
    };
  }

  // Bright class colours carry areas well and text badly: darken them until text can be read.
  function darker(colour) {
    const parts = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
    const [r, g, b] = parts;
    const light = 0.299 * r + 0.587 * g + 0.114 * b;
    const share = light > 95 ? 95 / light : 1;
    return `rgb(${parts.map((part) => Math.round(part * share)).join(",")})`;
  }

  function shapeRequests(host, layer) {
    const wanted = [];
    const near = [];
    for (let i = 0; i < layer.count; i += 1) {
      if (!layer.shapes[i] || layer.isPoint(i) || !host.shown(layer, i)) {
        continue;
      }
      const request = { ...common(layer, i, host), ground: layer.group === "context" };
      if (request.figure === "" || layer.label.skip.some((word) => request.text.startsWith(word))) {
        continue;
      }
      if (layer.isLine(i)) {
        if (request.place === "line") {
          request.path = host.shapes.screenPath(layer, i);
          // Along a steep line: sign below sign, or turned where a script has words.
          request.vertical = host.lang === "zh" && steep(request.path);
          request.turn = host.lang !== "zh" && layer.group === "layout" && steep(request.path) ? -90 : 0;
          near.push(request.path);
          // The name of one axis must not stand on the other; roads are too many for that.
          request.near = layer.group === "layout" ? near : null;
          wanted.push(request);
        }
      } else if (request.place === "edge") {
        request.path = host.shapes.screenPath(layer, i);
        wanted.push(request);
      } else {
        const [lon, lat] = layer.place(i);
        Object.assign(request, point(host, lon, lat), { place: "inside" });
        wanted.push(request);
      }
    }
    return wanted;
  }

  // Numbers on isolines: one for each stretch of a line that is long enough to carry it.
  function isolineRequests(host, layer) {
    const wanted = [];
    const lines = [];
    for (let i = 0; i < layer.count; i += 1) {
      if (layer.shapes[i] && host.shown(layer, i)) {
        const text = layer.value("words", i);
        host.shapes.screenLines(layer, i, STEP_PX).forEach((path) => {
          lines.push({ text, path });
          stretches(path).forEach((stretch) => {
            wanted.push({ ...common(layer, i, host), text, path, stretch, step: STEP_PX });
          });
        });
      }
    }
    const others = Atlas.labels.crowd(lines);
    wanted.forEach((request) => { request.others = others; });
    // A line that encloses much is numbered before a small ring.
    return wanted.sort((a, b) => b.path.length - a.path.length);
  }

  function stretches(path) {
    const px = path.length * STEP_PX;
    if (px < SHORTEST_PX) {
      return [];
    }
    const count = Math.max(1, Math.round(px / NUMBER_EVERY_PX));
    return Array.from({ length: count }, (_, k) =>
      [Math.floor(path.length * k / count), Math.floor(path.length * (k + 1) / count)]);
  }

  function steep(path) {
    if (path.length < 2) {
      return false;
    }
    const [a, b] = [path[0], path[path.length - 1]];
    return Math.abs(a.y - b.y) > SLANT * Math.abs(a.x - b.x);
  }

  function point(host, lon, lat) {
    const { x, y } = host.map.latLngToContainerPoint(host.toMap(lon, lat, false));
    return { x, y };
  }

  // Points that stand alone; a node that is a stop of an axis gets its label from the stop.
  function pointRequests(host, zoom) {
    const seen = new Set();
    return host.points.singles.filter(({ layer }) => layer.label && zoom >= layer.label.min_zoom)
      .map(({ layer, i, lon, lat, radius }) => {
        const request = { ...common(layer, i, host), ...point(host, lon, lat), place: "beside" };
        const stop = layer.id === host.document.stops_layer && host.stopIds.has(layer.value("id", i));
        request.radius = stop ? 10 : radius;
        return request;
      })
      .filter((request) => {
        const key = `${request.text}|${Math.round(request.x / 6)}|${Math.round(request.y / 6)}`;
        const fresh = !seen.has(key);
        seen.add(key);
        return fresh;
      });
  }

  // Stops whose node is not on the map as a feature of its own are named by the axis.
  function stopRequests(host, zoom) {
    const nodes = host.model.byId.get(host.document.stops_layer);
    const label = nodes ? nodes.label : null;
    if (!label || zoom < label.min_zoom || host.visible.has(host.document.stops_layer)) {
      return [];
    }
    return host.model.layers.filter((layer) => (layer.stops || []).length && host.visible.has(layer.id))
      .flatMap((layer) => layer.stops.filter(({ axis }) => host.shown(layer, layer.positions.get(axis))).map((stop) => {
        return {
          text: stop.name[host.lang], place: "beside",
          priority: label.priority, layer: layer.id, size: label.size, weight: label.weight,
          halo: label.halo, colour: label.colour, radius: 10, ...point(host, stop.lon, stop.lat),
        };
      }));
  }

  function symbolBoxes(host) {
    const at = (lon, lat, radius) => {
      const { x, y } = point(host, lon, lat);
      return Atlas.labels.box(x, y, 2 * radius, 2 * radius);
    };
    const boxes = host.points.singles.map(({ lon, lat, radius }) => at(lon, lat, radius));
    host.points.clusters.forEach(({ lon, lat, aside, radius }) => {
      const { x, y } = point(host, lon, lat);
      boxes.push(Atlas.labels.box(x + aside.x, y + aside.y, 2 * radius, 2 * radius));
    });
    return boxes;
  }

  function stopBoxes(host) {
    return host.stops.getLayers().map((marker) => {
      const { x, y } = host.map.latLngToContainerPoint(marker.getLatLng());
      const { iconSize: [size], iconAnchor: [dx] } = marker.options.icon.options;
      return Atlas.labels.box(x + size / 2 - dx, y, 19, 19);
    });
  }

  // Outlines of solid areas of the plan: a name of the base map has no place on their fill.
  function solids(host) {
    const solid = (layer, i) => layer.shapes[i] && !layer.isPoint(i) && !layer.isLine(i) &&
      layer.styleOf(i).fill_opacity > Atlas.looks.marks.solid.opacity && host.shown(layer, i);
    return host.model.layers.filter((layer) => layer.group === "layout" && layer.shapes)
      .flatMap((layer) => [...layer.positions.values()].filter((i) => solid(layer, i))
        .map((i) => host.shapes.screenPath(layer, i)));
  }

  // Outlines of zones that have figures: that of one has no place on another.
  function zones(host, layers) {
    return layers.filter((layer) => layer.columns.figure_words).flatMap((layer) =>
      [...layer.positions.values()].filter((i) => layer.shapes[i] && host.shown(layer, i))
        .map((i) => host.shapes.screenPath(layer, i)));
  }

  Atlas.requests = function requests(host) {
    const zoom = host.map.getZoom();
    const online = host.base !== "vector";
    const layers = host.model.layers.filter((layer) => !layer.isImage && layer.shapes && layer.label &&
      host.visible.has(layer.id) && zoom >= layer.label.min_zoom && !(online && layer.group === "context"));
    const shapes = layers.flatMap((layer) =>
      (layer.label.place === "isoline" ? isolineRequests : shapeRequests)(host, layer));
    // A name that stands with a figure is not said again without.
    const told = new Set(shapes.filter(({ figure }) => figure).map(({ text }) => text));
    return {
      requests: shapes.filter(({ text, figure }) => figure || !told.has(text))
        .concat(pointRequests(host, zoom), stopRequests(host, zoom)),
      symbols: symbolBoxes(host),
      stops: stopBoxes(host),
      solids: solids(host),
      zones: zones(host, layers),
    };
  };
})(window.Atlas = window.Atlas || {});
