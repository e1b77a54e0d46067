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

    // What a column says in a language: the original where nothing is said in it.
    said(column, i, lang) {
      return this.value(`${column}_${lang}`, i) || this.value(column, i);
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

    // Whether any part of a feature lies within [[south, west], [north, east]].
    within(i, [[south, west], [north, east]]) {
      const at = this.place(i);
      if (!at || this.isPoint(i)) {
        return Boolean(at) && at[0] >= west && at[0] <= east && at[1] >= south && at[1] <= north;
      }
      const [left, low, right, high] = this.box(i);
      if (left > east || right < west || low > north || high < south) {
        return false;
      }
      const { type, coordinates } = this.shapes[i];
      const paths = { LineString: [coordinates], MultiPolygon: coordinates.flat() }[type] || coordinates;
      const middle = [(west + east) / 2, (south + north) / 2];
      return paths.some((path) => path.some((to, k) => k && crosses(path[k - 1], to, [[west, east], [south, north]])))
        || (!this.isLine(i) && encloses(paths, middle));
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

    // Whether a card would say anything of a feature: a result may have neither a name nor a value.
    tells(i) {
      return this.group !== "analysis" || ["name_zh", "name_en", ...this.fields.map(({ name }) => name)]
        .some((column) => !["", null].includes(this.value(column, i)));
    }

    // What a result without a name is of; its id is a number of no meaning.
    name(i, lang) {
      const zh = this.value("name_zh", i);
      const en = this.value("name_en", i);
      const other = this.group === "analysis" ? this.title[lang] : String(this.value("id", i));
      return (lang === "en" ? en || zh : zh || en) || other;
    }
  }

  // Whether a line from one corner to the next has a part within the ranges along both axes.
  function crosses(from, to, ranges) {
    let [first, last] = [0, 1];
    return ranges.every(([low, high], axis) => {
      const step = to[axis] - from[axis];
      if (step === 0) {
        return from[axis] >= low && from[axis] <= high;
      }
      const ends = [low, high].map((at) => (at - from[axis]) / step);
      first = Math.max(first, Math.min(...ends));
      last = Math.min(last, Math.max(...ends));
      return first <= last;
    });
  }

  // Whether a place lies in an area: to its east there is an odd number of borders.
  function encloses(rings, [x, y]) {
    const borders = rings.flatMap((ring) => ring.filter(([x1, y1], k) => {
      const [x0, y0] = ring[k && k - 1];
      return (y0 > y) !== (y1 > y) && x < x0 + ((x1 - x0) * (y - y0)) / (y1 - y0);
    }));
    return borders.length % 2 === 1;
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
      // One character may stand for many, as those do that write a phrase.
      const wanted = plain(query.slice(0, LONGEST)).slice(0, LONGEST).trim();
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
      if (found.every(({ score }) => score <= WITHIN_A_WORD)) {
        const known = new Set(found.map(({ layer, i }) => layer.value("id", i)));
        this.searchable().forEach((item) => {
          const score = known.has(item.layer.value("id", item.i)) ? 0 : inShort(item, joined);
          if (score > 0) {
            found.push({ ...item, score });
          }
        });
      }
      found.sort((a, b) => b.score - a.score || a.order - b.order || a.length - b.length);
      return found.slice(0, limit);
    }
  }

  const WITHIN_A_WORD = 1;
  // Longer than any name: what is pasted by mistake holds nobody up.
  const LONGEST = 200;
  const GROUP_ORDER = { layout: 0, plan: 1, analysis: 2, context: 3 };

  const HAN = /\p{Script=Han}/u;
  const BETWEEN_WORDS = /[\s\p{P}]+/u;
  const SMALL_WORDS = new Set(["a", "an", "and", "at", "by", "for", "in", "of", "on", "the", "to", "with"]);
  // What English has in more than one spelling.
  const SPELLINGS = [
    [/center/g, "centre"], [/programme/g, "program"], [/iz(?=e|ing|ation)/g, "is"], [/\bhi[\s-]?tech/g, "high-tech"],
    [/\bphase (i{1,3}|iv|v)\b/g, (_, numeral) => `phase ${["i", "ii", "iii", "iv", "v"].indexOf(numeral) + 1}`],
  ];

  // Letters of a Chinese keyboard may be wide, and what is copied may hold what nobody sees.
  function plain(text) {
    const letters = text.normalize("NFKC").replace(/\p{Cf}/gu, "").toLowerCase();
    return SPELLINGS.reduce((words, [from, to]) => words.replace(from, to), letters);
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

  // The letters of a name, where its words begin, and its initials where it has more than one.
  function written(name) {
    const words = plain(name).split(BETWEEN_WORDS).filter(Boolean);
    const starts = new Set();
    words.reduce((at, word) => starts.add(at) && at + word.length, 0);
    const told = words.filter((word) => !SMALL_WORDS.has(word));
    const initials = HAN.test(name) || told.length < 2 ? "" : told.map((word) => (/^\d/.test(word) ? word : word[0])).join("");
    return { letters: words.join(""), starts, initials, isHan: HAN.test(name) };
  }

  function entry(layer, i) {
    const spelt = (layer.value("pinyin", i) || "").split("|")
      .map((name) => name.split(" ").map((syllable) => flat(plain(syllable))).filter(Boolean));
    const names = [layer.value("name_zh", i), layer.value("name_en", i)]
      .concat((layer.value("aliases", i) || "").split("|"))
      .filter(Boolean).map(written).filter(({ letters }) => letters);
    // What is no syllable of a name, 5G or P3, is typed whole, or by its first letter too.
    const initials = spelt.flatMap((syllables) => [/^[a-z]+$/, /^[a-z]/].map((short) => syllables
      .map((syllable) => (short.test(syllable) ? syllable.charAt(0) : syllable)).join("")));
    const english = names.map((name) => name.initials).filter(Boolean);
    return {
      layer, i, names,
      spelt: [...new Set([...spelt.map((syllables) => syllables.join("")), ...initials, ...english])],
      short: [...names.filter(({ isHan }) => isHan).map(({ letters }) => letters), ...initials],
      length: names.length ? names[0].letters.length : 0,
      order: GROUP_ORDER[layer.group],
    };
  }

  // How near a name is to what is typed: whole, at its start, in it, and within a word of it.
  function nearness(name, joined) {
    const at = name.letters.indexOf(joined);
    if (at <= 0) {
      return at < 0 ? 0 : name.letters === joined ? 9 : 7;
    }
    const begins = [...name.starts].some((start) => name.letters.startsWith(joined, start));
    return name.isHan || begins ? 5 : WITHIN_A_WORD;
  }

  function scored(item, wanted, joined) {
    if (!joined) {
      return 0;
    }
    const near = item.names.map((name) => nearness(name, joined));
    item.spelt.forEach((spelt) => {
      const at = spelt.indexOf(joined);
      near.push(at < 0 ? 0 : spelt === joined ? 8 : at === 0 ? 6 : 3);
    });
    const words = wanted.split(/\s+/).map(flat).filter(Boolean);
    const holds = (word) => [...item.names.map(({ letters }) => letters), ...item.spelt].some((name) => name.includes(word));
    return Math.max(...near) || (words.length > 1 && words.every(holds) ? 2 : 0);
  }

  // How near a name in short is: a Chinese name holds its characters in order, the closer together
  // the nearer; initials begin as it does.
  function inShort(item, joined) {
    const letters = [...joined];
    const isHan = letters.every((letter) => HAN.test(letter));
    if (letters.length < (isHan ? 2 : 3)) {
      return 0;
    }
    const spans = item.short.map((name) => {
      const from = isHan ? name.indexOf(letters[0]) : name.startsWith(letters[0]) ? 0 : -1;
      const ends = letters.reduce((at, letter) => (at < 0 ? at : name.indexOf(letter, at) + 1 || -1), from);
      return ends < 0 ? Infinity : ends - from;
    });
    return WITHIN_A_WORD * letters.length / Math.min(...spans);
  }

  Atlas.Layer = Layer;
  Atlas.Model = Model;
})(window.Atlas = window.Atlas || {});
