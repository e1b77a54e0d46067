// The document as the page reads it: features by position, their style, and search.
(function (Atlas) {
  "use strict";

  const PER_DEGREE = 1e6;
  // What has its corners in degrees; all else has them in steps, as layers/web/encoding.py says.
  const WHOLE = ["Point", "GeometryCollection"];

  function shape(written) {
    return !written || WHOLE.includes(written.type) ? written
      : { type: written.type, coordinates: corners(written.coordinates) };
  }

  // Each corner stands in the document in millionths of a degree from the one before it.
  function corners(part) {
    if (Array.isArray(part[0])) {
      return part.map(corners);
    }
    const at = [0, 0];
    const degrees = [];
    for (let k = 0; k < part.length; k += 2) {
      at[0] += part[k];
      at[1] += part[k + 1];
      degrees.push([at[0] / PER_DEGREE, at[1] / PER_DEGREE]);
    }
    return degrees;
  }

  class Layer {
    constructor(record) {
      Object.assign(this, record);
      this.shapes = record.shapes && record.shapes.map(shape);
      this.painted = record.painted && record.painted.map(shape);
      this.isImage = record.kind === "image";
      this.byValue = new Map((record.classes || []).map((entry) => [entry.value, entry]));
      this.outsideSet = new Set(record.outside || []);
      this.positions = new Map();
      if (!this.isImage) {
        for (let i = 0; i < this.count; i += 1) {
          this.positions.set(this.value("id", i), i);
        }
      }
    }

    value(column, i) {
      const values = this.columns[column];
      if (!values) {
        return null;
      }
      if (Array.isArray(values)) {
        return values[i];
      }
      return values.codes[i] < 0 ? null : values.values[values.codes[i]];
    }

    // [lon, lat] of a point or of a place inside a shape; null without a place.
    place(i) {
      const lon = this.points[2 * i];
      return lon === null ? null : [lon, this.points[2 * i + 1]];
    }

    geometry(i) {
      if (this.shapes) {
        return this.shapes[i];
      }
      const at = this.place(i);
      return at && { type: "Point", coordinates: at };
    }

    isPoint(i) {
      const geometry = this.shapes ? this.shapes[i] : null;
      return !this.shapes || !geometry || geometry.type === "Point";
    }

    isLine(i) {
      const geometry = this.shapes ? this.shapes[i] : null;
      return Boolean(geometry) && geometry.type.endsWith("LineString");
    }

    // [west, south, east, north] of a shape.
    box(i) {
      this.boxes = this.boxes || [];
      if (!this.boxes[i]) {
        const all = this.shapes[i].coordinates.flat(Infinity);
        let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
        for (let k = 0; k < all.length; k += 2) {
          west = Math.min(west, all[k]);
          east = Math.max(east, all[k]);
          south = Math.min(south, all[k + 1]);
          north = Math.max(north, all[k + 1]);
        }
        this.boxes[i] = [west, south, east, north];
      }
      return this.boxes[i];
    }

    classOf(i) {
      return this.classify ? this.value(this.classify, i) : null;
    }

    // The style of a feature, resolved where the document was written.
    styleOf(i) {
      return this.styles[this.look[i]];
    }

    radius(i) {
      return this.radii ? this.radii[i] : this.styleOf(i).size_px;
    }

    name(i, lang) {
      const zh = this.value("name_zh", i);
      const en = this.value("name_en", i);
      return (lang === "en" ? en || zh : zh || en) || String(this.value("id", i));
    }
  }

  class Model {
    constructor(document) {
      this.document = document;
      this.layers = document.layers.map((record) => new Layer(record));
      this.byId = new Map(this.layers.map((layer) => [layer.id, layer]));
      // What this map does not draw is found on it nevertheless, and a zone of the page outlined.
      this.elsewhere = [];
      this.zones = document.selected && document.selected.zone ? [elsewhere(document.selected.zone)] : [];
      this.entries = null;
    }

    // Take names and places of layers of which this map draws only some.
    mention(records) {
      this.elsewhere = records.filter(({ id }) => !this.byId.has(id)).map(elsewhere);
      this.entries = null;
    }

    // Layers as a reader looks for them: by group, then in the order of the data package.
    listed() {
      const group = new Map(this.document.groups.map(({ id }, k) => [id, k]));
      return [...this.layers].sort((a, b) => group.get(a.group) - group.get(b.group) || a.rank - b.rank);
    }

    // A feature of a layer, or of the first layer that has it where this one has not.
    at(layerId, id) {
      const layer = this.byId.get(layerId);
      const i = layer && !layer.isImage ? layer.positions.get(id) : undefined;
      return i === undefined ? this.find(id) || among([...this.zones, ...this.elsewhere], id) : { layer, i };
    }

    // Find a feature by its id in any layer of the map.
    find(id) {
      return among(this.layers, id);
    }

    searchable() {
      if (!this.entries) {
        this.entries = [];
        const named = [...this.layers, ...this.elsewhere].filter((layer) => !layer.isImage && layer.columns.name_zh);
        named.forEach((layer) => {
          for (let i = 0; i < layer.count; i += 1) {
            if (!layer.elsewhere || !this.find(layer.value("id", i))) {
              this.entries.push(entry(layer, i));
            }
          }
        });
      }
      return this.entries;
    }

    // Features whose name, alias, pinyin or initials hold the query, the nearest first.
    search(query, limit) {
      const wanted = plain(query).trim();
      if (!wanted) {
        return [];
      }
      const joined = flat(wanted);
      const found = [];
      this.searchable().forEach((item) => {
        const score = scored(item, wanted, joined);
        if (score > 0) {
          found.push({ ...item, score });
        }
      });
      // Of a name in short, as people write it, no part stands in the name.
      const nearest = found.length || joined.length < FEWEST_IN_SHORT ? found
        : this.searchable().filter((item) => inShort(item, joined)).map((item) => ({ ...item, score: 1 }));
      nearest.sort((a, b) => b.score - a.score || a.order - b.order || a.length - b.length);
      return nearest.slice(0, limit);
    }
  }

  const FEWEST_IN_SHORT = 3;
  const GROUP_ORDER = { layout: 0, plan: 1, analysis: 2, context: 3 };

  // Letters of a Chinese keyboard may be wide, and what is copied may hold what nobody sees.
  function plain(text) {
    return text.normalize("NFKC").replace(/\p{Cf}/gu, "").toLowerCase();
  }

  function elsewhere(record) {
    return Object.assign(new Layer(record), { elsewhere: true });
  }

  // What is written with spaces, quotes or brackets, or without, is the same.
  function flat(name) {
    return name.replace(/[\s\p{P}]+/gu, "");
  }

  function among(layers, id) {
    const layer = layers.find((each) => !each.isImage && each.positions.has(id));
    return layer ? { layer, i: layer.positions.get(id) } : null;
  }

  function entry(layer, i) {
    const spelt = (layer.value("pinyin", i) || "").split("|")
      .map((name) => name.split(" ").map((syllable) => flat(syllable)));
    const names = [layer.value("name_zh", i), layer.value("name_en", i)]
      .concat((layer.value("aliases", i) || "").split("|"))
      .map((name) => flat(plain(name || "")))
      .filter(Boolean);
    // What is no syllable of a name, 5G or P3, is typed whole.
    const initials = spelt.map((syllables) => syllables
      .map((syllable) => (/^[a-z]+$/.test(syllable) ? syllable.charAt(0) : syllable.toLowerCase())).join(""));
    return {
      layer, i, names,
      spelt: [...spelt.map((syllables) => syllables.join("").toLowerCase()), ...initials],
      short: [...names.filter((name) => /\p{Script=Han}/u.test(name)), ...initials],
      length: names.length ? names[0].length : 0,
      order: GROUP_ORDER[layer.group],
    };
  }

  function scored(item, wanted, joined) {
    let best = 0;
    item.names.forEach((name) => {
      const at = joined ? name.indexOf(joined) : -1;
      if (at >= 0) {
        best = Math.max(best, name === joined ? 9 : at === 0 ? 7 : 5);
      }
    });
    item.spelt.forEach((spelt) => {
      const at = joined ? spelt.indexOf(joined) : -1;
      if (at >= 0) {
        best = Math.max(best, spelt === joined ? 8 : at === 0 ? 6 : 3);
      }
    });
    const words = wanted.split(/\s+/).map(flat).filter(Boolean);
    const holds = (word) => [...item.names, ...item.spelt].some((name) => name.includes(word));
    return best || (words.length > 1 && words.every(holds) ? 2 : 0);
  }

  // Whether a Chinese name, or its initials, begins as the query and has its other letters in order.
  function inShort(item, joined) {
    return item.short.some((name) => {
      let at = 0;
      return name.startsWith(joined[0]) && [...joined].every((letter) => {
        at = name.indexOf(letter, at) + 1;
        return at > 0;
      });
    });
  }

  Atlas.Model = Model;
})(window.Atlas = window.Atlas || {});
