// Panels: search, layers, card, legend and the strip below the map. All text is set as text.
(function (Atlas) {
  "use strict";

  const RESULTS = 12;
  const ROOMY = [1080, 640];
  const ROOM_FOR_LEGEND = 720;
  const MESSAGE_MS = 9000;
  const SCALE_PX = 110;
  const ROOM_FOR_MIDDLE_PX = 70;

  function el(tag, className, text) {
    const element = document.createElement(tag);
    if (className) {
      element.className = className;
    }
    if (text !== undefined && text !== null) {
      element.textContent = text;
    }
    return element;
  }

  function button(className, text, title, onClick) {
    const element = el("button", className, text);
    element.type = "button";
    element.title = title;
    element.setAttribute("aria-label", title);
    element.addEventListener("click", onClick);
    return element;
  }

  class Panels {
    constructor(view) {
      this.view = view;
      const { container } = view;
      this.left = container.appendChild(el("div", "atlas-left"));
      this.right = container.appendChild(el("div", "atlas-right"));
      this.note = container.appendChild(el("div", "atlas-note"));
      this.note.hidden = true;
      this.strip = container.appendChild(el("div", "atlas-strip"));
      this.scale = container.appendChild(el("div", "atlas-scale"));
      const { clientWidth: w, clientHeight: h } = container;
      this.open = { layers: w >= ROOMY[0] && h >= ROOMY[1], legend: w >= ROOM_FOR_LEGEND };
      this.search = new Atlas.Search(this);
      this.left.append(this.search.box);
      this.layersPanel = this.left.appendChild(el("section", "atlas-panel atlas-layers"));
      this.tools = this.right.appendChild(el("div", "atlas-tools"));
      this.cardPanel = this.right.appendChild(el("section", "atlas-panel atlas-card"));
      this.cardPanel.hidden = true;
      this.legendPanel = this.right.appendChild(el("section", "atlas-panel atlas-legend"));
      this.readout = this.strip.appendChild(el("span", "atlas-readout"));
      this.credit = this.strip.appendChild(el("span", "atlas-credit"));
      [this.left, this.right, this.note].forEach((panel) => {
        L.DomEvent.disableScrollPropagation(panel);
        L.DomEvent.disableClickPropagation(panel);
      });
      document.addEventListener("keydown", (event) => this.key(event));
      document.addEventListener("fullscreenchange", () => view.map.invalidateSize());
    }

    t(key, values) {
      return this.view.text(key, values);
    }

    words(pair) {
      return pair[this.view.lang];
    }

    key(event) {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName || "");
      if (event.key === "/" && !typing) {
        event.preventDefault();
        this.search.focus();
      } else if (event.key === "Escape") {
        if (!this.note.hidden) {
          this.note.hidden = true;
        } else if (!this.search.close()) {
          this.view.clear(true);
        }
      }
    }

    draw() {
      this.drawTools();
      this.drawLayers();
      this.search.draw();
      this.view.container.lang = this.view.lang === "zh" ? "zh-CN" : "en";
    }

    refresh() {
      this.drawLegend();
      this.drawScale();
      this.pointer(null);
      this.drawCredit();
    }

    drawTools() {
      const { view } = this;
      const tools = [
        button("", "+", this.t("zoom_in"), () => view.map.zoomIn()),
        button("", "−", this.t("zoom_out"), () => view.map.zoomOut()),
        button("wide", this.t("home"), this.t("home"), () => view.home(true)),
      ];
      if (document.fullscreenEnabled) {
        tools.push(button("wide", this.t("fullscreen"), this.t("fullscreen"), () => this.fullscreen()));
      }
      if (!view.options.framed) {
        tools.push(button("wide", this.t("language"), this.t("language"),
          () => view.setLanguage(view.lang === "zh" ? "en" : "zh")));
      }
      this.tools.replaceChildren(...tools);
    }

    fullscreen() {
      if (document.fullscreenElement) {
        document.exitFullscreen();
      } else {
        this.view.container.requestFullscreen();
      }
    }

    heading(name, title) {
      const head = button("atlas-head", null, this.open[name] ? this.t("collapse") : this.t("expand"), () => {
        this.open[name] = this.squeezed && name === "legend" ? true : !this.open[name];
        this.squeezed = false;
        this.draw();
        this.view.refresh();
      });
      const open = this.open[name] && !(this.squeezed && name === "legend");
      head.setAttribute("aria-expanded", String(open));
      head.append(el("b", "", title), el("i", open ? "fold open" : "fold"));
      return head;
    }

    drawLayers() {
      const parts = [this.heading("layers", this.t("layers"))];
      if (this.open.layers) {
        const body = el("div", "atlas-body");
        body.append(this.baseRow(), ...this.groupRows(), this.evidenceRow());
        parts.push(body);
      }
      this.layersPanel.replaceChildren(...parts);
    }

    baseRow() {
      const row = el("label", "atlas-row base");
      const select = el("select");
      this.view.document.basemaps.forEach((base) => {
        const option = el("option", "", this.words(base.title));
        option.value = base.name;
        option.selected = base.name === this.view.base;
        select.append(option);
      });
      select.addEventListener("change", () => this.view.setBase(select.value));
      row.append(el("span", "", this.t("base")), select);
      return row;
    }

    groupRows() {
      const { model, document: source } = this.view;
      return source.groups.flatMap((group) => {
        const layers = model.listed().filter((layer) => layer.group === group.id);
        return layers.length ? [el("h4", "", this.words(group.title)),
          ...layers.map((layer) => this.layerRow(layer))] : [];
      });
    }

    layerRow(layer) {
      const row = el("label", "atlas-row");
      const box = el("input");
      box.type = "checkbox";
      box.checked = this.view.visible.has(layer.id);
      box.dataset.layer = layer.id;
      box.addEventListener("change", () => this.view.setVisible(layer.id, box.checked));
      row.append(box, el("span", "name", this.words(layer.title)));
      if (!layer.isImage) {
        const missing = layer.lacking;
        const count = el("span", "count", Atlas.numerals.number(layer.located));
        if (missing) {
          count.title = `${this.t("unlocated_short")} ${missing}`;
          count.append(el("small", "", ` +${missing}`));
        }
        row.append(count);
      }
      return row;
    }

    evidenceRow() {
      const { view } = this;
      const used = new Set();
      view.model.layers.filter((layer) => !layer.isImage && layer.group !== "context").forEach((layer) => {
        for (let i = 0; i < layer.count; i += 1) {
          used.add(layer.value("evidence", i));
        }
      });
      const part = el("div", "atlas-evidence");
      const names = Object.keys(view.document.evidence).filter((name) => used.has(name) && name !== "unlocated");
      if (names.length) {
        part.append(el("h4", "", this.t("evidence")));
      }
      names.forEach((name) => {
        const known = view.document.evidence[name];
        const row = el("label", "atlas-row");
        const box = el("input");
        box.type = "checkbox";
        box.checked = !view.hiddenEvidence.has(name);
        box.dataset.evidence = name;
        box.addEventListener("change", () => view.setEvidence(name, box.checked));
        const of = Atlas.looks.evidence_sample;
        const sample = Atlas.symbols.swatch({ ...of, opacity: 1, dash: known.dash && of.dash,
          fill_opacity: of.fill_opacity * known.opacity * known.opacity }, "area");
        row.append(box, sample, el("span", "name", this.words(known)));
        part.append(row);
      });
      return part;
    }

    // ---- card ----

    showCard(children) {
      const close = button("atlas-close", "×", this.t("close"), () => this.view.clear(true));
      this.cardPanel.replaceChildren(close, ...children);
      this.cardPanel.hidden = false;
      this.cardPanel.scrollTop = 0;
      // Where both do not fit, the legend folds rather than being cut.
      const room = this.right.clientHeight - this.cardPanel.offsetTop;
      this.squeezed = this.squeezed || this.cardPanel.scrollHeight + this.legendPanel.scrollHeight > room - 16;
      this.drawLegend();
      this.view.drawLabels();
    }

    card(layer, i) {
      this.showCard(layer.elsewhere ? this.mention(layer, i) : Atlas.card(this, layer, i, el));
    }

    // Of what this map does not draw: its name, and where there is more of it.
    mention(layer, i) {
      return [el("h3", "", layer.name(i, this.view.lang)), el("p", "atlas-kind", this.words(layer.title)),
        el("p", "atlas-source", this.t(layer.place(i) ? "elsewhere" : "elsewhere_unlocated"))];
    }

    list(items) {
      const rows = items.map(({ layer, i }) => {
        const row = button("atlas-item", null, layer.name(i, this.view.lang), () => this.view.open(layer, i));
        const style = layer.styleOf(i);
        row.append(Atlas.symbols.swatch({ ...style.sample, opacity: style.tint }, "point"),
          el("span", "", layer.name(i, this.view.lang)));
        return row;
      });
      this.showCard([el("p", "atlas-here", this.t("here", { n: items.length })), ...rows]);
    }

    closeCard() {
      this.squeezed = false;
      this.cardPanel.hidden = true;
      this.cardPanel.replaceChildren();
    }

    // ---- legend ----

    drawLegend() {
      const parts = [this.heading("legend", this.t("legend"))];
      if (this.open.legend && !this.squeezed) {
        parts.push(Atlas.legend(this, el));
      }
      this.legendPanel.replaceChildren(...parts);
    }

    // ---- strip: scale, coordinates, attribution ----

    drawScale() {
      const { map } = this.view;
      const y = map.getSize().y / 2;
      const metres = map.distance(map.containerPointToLatLng([0, y]), map.containerPointToLatLng([SCALE_PX, y]));
      const power = 10 ** Math.floor(Math.log10(metres));
      const round = [5, 2, 1].find((n) => n * power <= metres) * power;
      const px = Math.round(SCALE_PX * round / metres);
      const km = round >= 1000;
      const number = (n) => Atlas.numerals.significant(km ? n / 1000 : n, 3);
      const bar = el("div", "bar");
      bar.style.width = `${px}px`;
      bar.append(el("i"), el("i"), el("i"), el("i"));
      const ticks = el("div", "ticks");
      ticks.style.width = `${px}px`;
      ticks.append(el("span", "", "0"), el("span", "", px < ROOM_FOR_MIDDLE_PX ? "" : number(round / 2)),
        el("span", "", this.t(km ? "kilometres" : "metres", { n: number(round) })));
      const body = el("div", "measure");
      body.append(ticks, bar);
      const north = el("div", "north", this.t("north"));
      north.append(Atlas.symbols.svg("svg", { width: 16, height: 24, viewBox: "0 0 16 24" }, [
        Atlas.symbols.svg("path", { d: "M8 0L15 23L8 18Z", fill: Atlas.looks.inks.ink }),
        Atlas.symbols.svg("path", { d: "M8 0L1 23L8 18Z", fill: "#FFFFFF", stroke: Atlas.looks.inks.ink, "stroke-width": 1 }),
      ]));
      this.scale.replaceChildren(north, body);
    }

    pointer(at) {
      const [lon, lat] = at || this.view.fromMap(this.view.map.getCenter());
      this.readout.textContent = `${this.t("coordinates")}  ${lon.toFixed(6)}, ${lat.toFixed(6)}`;
    }

    bracketed(unit) {
      return this.t("bracketed", { unit });
    }

    drawCredit() {
      const { view } = this;
      const base = view.baseRecord(view.base);
      const lines = new Set([base.attribution]);
      view.model.layers.filter((layer) => view.visible.has(layer.id) && !layer.isImage).forEach((layer) => {
        const ids = layer.columns.source_id;
        (ids ? new Set(Array.isArray(ids) ? ids : ids.values) : new Set()).forEach((id) => {
          const source = view.document.sources[id];
          lines.add(source ? source[view.lang === "en" ? "attribution_en" : "attribution"] : "");
        });
      });
      // What was left out of texts from outside.
      view.document.remarks[view.lang === "en" ? "en" : "zh"].forEach((remark) => lines.add(remark));
      this.credit.textContent = [...lines].filter(Boolean).join(" · ");
      this.credit.title = this.credit.textContent;
      view.container.style.setProperty("--strip", `${this.strip.offsetHeight}px`);
    }

    // ---- messages ----

    say(text) {
      this.note.replaceChildren(el("span", "", text),
        button("atlas-close", "×", this.t("close"), () => { this.note.hidden = true; }));
      this.note.hidden = false;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => { this.note.hidden = true; }, MESSAGE_MS);
    }

    askKey(base, use) {
      clearTimeout(this.timer);
      const form = el("form", "atlas-key");
      const input = el("input");
      input.type = "password";
      input.autocomplete = "off";
      input.placeholder = this.t("base_key_input");
      const go = el("button", "", this.t("base_key_use"));
      go.type = "submit";
      form.append(el("p", "", this.t("base_key", { name: this.words(base.title) })), input, go);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        if (input.value.trim()) {
          this.note.hidden = true;
          use(input.value.trim());
        }
      });
      this.note.replaceChildren(form,
        button("atlas-close", "×", this.t("close"), () => { this.note.hidden = true; }));
      this.note.hidden = false;
      this.drawLayers();
      input.focus();
    }

    // Widths that the open panels cover at the left and at the right.
    covered() {
      return [this.open.layers ? this.left.offsetWidth + 24 : 28,
        this.open.legend ? this.right.offsetWidth + 24 : 28];
    }

    // Where panels cover the map, in its own pixels.
    boxes() {
      const origin = this.view.stage.getBoundingClientRect();
      return [this.search.box, this.layersPanel, this.tools, this.cardPanel, this.legendPanel, this.scale,
        ...this.view.drawing.elements()]
        .filter((panel) => panel && !panel.hidden)
        .map((panel) => panel.getBoundingClientRect())
        .filter((rect) => rect.width && rect.height)
        .map((rect) => ({ left: rect.left - origin.left, right: rect.right - origin.left,
          top: rect.top - origin.top, bottom: rect.bottom - origin.top }));
    }
  }

  // ---- search: name, alias, pinyin, initials or English ----

  class Search {
    constructor(panels) {
      this.panels = panels;
      this.box = el("div", "atlas-search");
      this.input = this.box.appendChild(el("input"));
      this.input.type = "search";
      this.results = this.box.appendChild(el("ul", "atlas-results"));
      this.results.hidden = true;
      this.results.setAttribute("role", "listbox");
      this.at = -1;
      this.input.addEventListener("input", () => this.find());
      this.input.addEventListener("keydown", (event) => this.key(event));
    }

    draw() {
      this.input.placeholder = this.panels.t("search");
      this.input.setAttribute("aria-label", this.panels.t("search"));
    }

    focus() {
      this.input.focus();
      this.input.select();
    }

    close() {
      const open = !this.results.hidden;
      this.results.hidden = true;
      this.input.blur();
      return open;
    }

    find() {
      const query = this.input.value;
      const { view } = this.panels;
      this.found = view.model.search(query, RESULTS);
      this.at = this.found.length ? 0 : -1;
      const rows = this.found.map((item, k) => {
        const row = el("li", "");
        row.setAttribute("role", "option");
        row.append(el("span", "", item.layer.name(item.i, view.lang)),
          el("small", "", this.panels.words(item.layer.title)));
        row.addEventListener("click", () => this.take(k));
        return row;
      });
      if (!rows.length && query.trim()) {
        rows.push(el("li", "none", this.panels.t("search_none", { q: query.trim() })));
      }
      this.results.replaceChildren(...rows);
      this.results.hidden = !rows.length;
      this.mark();
    }

    mark() {
      [...this.results.children].forEach((row, k) => {
        row.classList.toggle("at", k === this.at);
        row.setAttribute("aria-selected", String(k === this.at));
      });
    }

    key(event) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && this.found && this.found.length) {
        event.preventDefault();
        this.at = (this.at + step + this.found.length) % this.found.length;
        this.mark();
      } else if (event.key === "Enter" && this.at >= 0) {
        event.preventDefault();
        this.take(this.at);
      }
    }

    take(k) {
      const { layer, i } = this.found[k];
      this.close();
      this.panels.view.select({ layer: layer.id, id: layer.value("id", i) }, { pan: true, notify: true });
    }
  }

  Atlas.elements = { el, button };
  Atlas.Search = Search;
  Atlas.Panels = Panels;
})(window.Atlas = window.Atlas || {});
