// Points: joined into counted clusters when zoomed out; only those in view are drawn.
(function (Atlas) {
  "use strict";

  const CLUSTER_RADIUS = 42;
  const DEEPEST_CLUSTER = 16;
  const MARGIN = 0.05;
  // As layers/look/callouts.py names them.
  const NOTES = "overlay-notes";
  const STOP_RADIUS = 10;
  // More than a map is high: what is farther down lies above within a layer, and no farther.
  const LAYER_PX = 5000;
  const ROUNDS = 4;
  const LINE_PX = 40;

  function icon(svg, shift) {
    const [w, h] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
    return L.divIcon({ html: svg, className: "atlas-point", iconSize: [w, h], shift,
      iconAnchor: [w / 2 - (shift ? shift.x : 0), h / 2 - (shift ? shift.y : 0)] });
  }

  // A marker is named for who cannot see it, and opened by the mouse and by the keys alike.
  function pressed(marker, name, open) {
    marker.on("click", open);
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("aria-label", name);
      element.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          event.stopPropagation();
          open();
        }
      });
    });
    return marker;
  }

  class Points {
    // `host` gives: map, model, toMap(lon, lat, outside), bounds(), shown(layer, i), lang,
    // open(layer, i) for a click on a point and list(items) for one on coincident points.
    constructor(host) {
      this.host = host;
      this.markers = new Map();
      this.index = null;
      this.singles = [];
    }

    // Rebuild the index: after a change of data, of visible layers or of the evidence filter.
    load(layers) {
      const features = [];
      this.free = [];
      layers.forEach((layer) => {
        for (let i = 0; i < layer.count; i += 1) {
          const at = layer.isPoint(i) && this.host.shown(layer, i) ? layer.place(i) : null;
          if (at && layer.cluster) {
            features.push({ type: "Feature", properties: { layer, i, shares: { [layer.id]: 1 } },
              geometry: { type: "Point", coordinates: at } });
          } else if (at) {
            this.free.push({ layer, i, at });
          }
        }
      });
      this.index = new Supercluster({
        radius: CLUSTER_RADIUS, maxZoom: DEEPEST_CLUSTER, extent: 256,
        map: (properties) => ({ shares: { ...properties.shares } }),
        reduce: (into, from) => {
          Object.entries(from.shares).forEach(([id, n]) => {
            into.shares[id] = (into.shares[id] || 0) + n;
          });
        },
      }).load(features);
      this.clear();
    }

    clear() {
      this.markers.forEach((marker) => marker.remove());
      this.markers.clear();
    }

    draw() {
      const [[south, west], [north, east]] = this.host.bounds(MARGIN);
      const zoom = Math.round(this.host.map.getZoom());
      const wanted = new Map();
      this.singles = [];
      this.clusters = [];
      this.index.getClusters([west, south, east, north], zoom).forEach((feature) => {
        const [lon, lat] = feature.geometry.coordinates;
        if (feature.properties.cluster) {
          this.cluster(wanted, `c${zoom}:${feature.id}`, feature);
        } else {
          const { layer, i } = feature.properties;
          this.single(wanted, layer, i, lon, lat);
        }
      });
      this.free.forEach(({ layer, i, at: [lon, lat] }) => {
        if (lon >= west && lon <= east && lat >= south && lat <= north) {
          this.single(wanted, layer, i, lon, lat);
        }
      });
      this.keep(wanted);
    }

    cluster(wanted, key, feature) {
      const { point_count: count, shares } = feature.properties;
      const [lon, lat] = feature.geometry.coordinates;
      const parts = Object.entries(shares).map(([id, n]) => [this.host.layerColour(id), n]);
      const drawn = Atlas.symbols.cluster(count, parts);
      const radius = Number(drawn.getAttribute("width")) / 2;
      const at = this.host.toMap(lon, lat, false);
      const aside = this.aside(at, radius);
      this.clusters.push({ lon, lat, aside, radius });
      wanted.set(key, () => this.clusterMarker(feature, at, aside, drawn));
    }

    single(wanted, layer, i, lon, lat) {
      this.singles.push({ layer, i, lon, lat, radius: layer.radius(i) });
      wanted.set(`${layer.id}:${i}`, () => this.pointMarker(layer, i));
    }

    keep(wanted) {
      this.markers.forEach((marker, key) => {
        if (!wanted.has(key)) {
          marker.remove();
          this.markers.delete(key);
        }
      });
      wanted.forEach((make, key) => {
        if (!this.markers.has(key)) {
          this.markers.set(key, make().addTo(this.host.map));
        }
      });
      this.arrange();
    }

    // The keys go from one marker to the next as a reader's eye does: line by line from the top.
    arrange() {
      const pane = this.host.map.getPane("markerPane");
      if (pane.contains(document.activeElement)) {
        return;
      }
      const line = (element) => Math.floor(L.DomUtil.getPosition(element).y / LINE_PX);
      const across = (element) => L.DomUtil.getPosition(element).x;
      pane.append(...[...pane.children].sort((a, b) => line(a) - line(b) || across(a) - across(b)));
    }

    pointMarker(layer, i, selected) {
      const [lon, lat] = layer.place(i);
      const style = layer.styleOf(i);
      const { layers } = this.host.model;
      const opens = !selected && layer.tells(i);
      const height = LAYER_PX * (layers.indexOf(layer) + 1 - layers.length) - Math.round(layer.radius(i));
      const drawn = Atlas.symbols.symbol(style, {
        radius: layer.radius(i), opacity: style.tint, dash: style.dash, selected,
      });
      const marker = L.marker(this.host.toMap(lon, lat, layer.outsideSet.has(i)), {
        icon: icon(drawn), keyboard: opens, interactive: opens, zIndexOffset: selected ? 2 * LAYER_PX : height,
      });
      const { lang } = this.host;
      const kind = layer.byValue.get(layer.classOf(i));
      const name = [layer.name(i, lang), layer.title[lang], kind && kind.label[lang]].filter(Boolean);
      return !opens ? marker : pressed(marker, name.join(this.host.text("comma")), () => this.host.open(layer, i));
    }

    clusterMarker(feature, at, aside, drawn) {
      const [lon, lat] = feature.geometry.coordinates;
      return pressed(L.marker(at, { icon: icon(drawn, aside), zIndexOffset: 500 }),
        this.host.text("cluster", { n: Atlas.numerals.number(feature.properties.point_count) }),
        () => this.openCluster(feature, lon, lat));
    }

    // How far a cluster steps aside so that the numbered stop of an axis and a note stay legible.
    aside(at, radius) {
      const { map, stops } = this.host;
      const here = map.latLngToLayerPoint(at);
      const wanted = radius + STOP_RADIUS;
      const places = stops.getLayers().map((stop) => map.latLngToLayerPoint(stop.getLatLng())
        .add(L.point(stop.options.icon.options.shift || [0, 0])));
      this.free.filter(({ layer }) => layer.id === NOTES)
        .forEach(({ at: [x, y] }) => places.push(map.latLngToLayerPoint(this.host.toMap(x, y, false))));
      let shift = L.point(0, 0);
      for (let round = 0; round < ROUNDS; round += 1) {
        places.forEach((place) => {
          const away = here.add(shift).subtract(place);
          const distance = Math.hypot(away.x, away.y);
          if (distance < wanted) {
            const unit = distance > 1 ? away.divideBy(distance) : L.point(Math.SQRT1_2, -Math.SQRT1_2);
            shift = shift.add(unit.multiplyBy(wanted - distance));
          }
        });
      }
      return shift.round();
    }

    // Zoom to where a cluster falls apart; one that never does is listed instead.
    openCluster(feature, lon, lat) {
      const leaves = this.index.getLeaves(feature.id, Infinity);
      const items = leaves.map(({ properties: { layer, i } }) => ({ layer, i })).filter(({ layer, i }) => layer.tells(i));
      const [x, y] = leaves[0].geometry.coordinates;
      const together = leaves.every(({ geometry: { coordinates: [a, b] } }) => a === x && b === y);
      const zoom = this.index.getClusterExpansionZoom(feature.id);
      if (together || zoom > DEEPEST_CLUSTER) {
        this.host.list(items);
      } else {
        this.host.map.setView(this.host.toMap(lon, lat, false), zoom);
      }
    }
  }

  Atlas.Points = Points;
  Atlas.pressed = pressed;
  Atlas.icon = icon;
})(window.Atlas = window.Atlas || {});
