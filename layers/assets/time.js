// The years of a plan: what is there by one, stepped or played through, and what has none.
(function (Atlas) {
  "use strict";

  const STEP_MS = 1200;

  class Time {
    constructor(panels, el) {
      this.panels = panels;
      this.view = panels.view;
      this.box = el("section", "atlas-panel atlas-time");
      this.said = el("output");
      this.slider = el("input");
      this.slider.type = "range";
      // From where it is taken up to where it is let go, however many years lie between: one step.
      this.slider.addEventListener("input", () => {
        this.go(Number(this.slider.value), !this.held);
        this.held = true;
      });
      this.slider.addEventListener("change", () => { this.held = false; });
      this.slider.addEventListener("keydown", (event) => {
        if (event.key === " ") {
          event.preventDefault();
          this.toggle();
        }
      });
      [this.play, this.all, this.undated] = [() => this.toggle(), () => this.go(null), () => this.list()].map((act) => {
        const button = el("button");
        button.type = "button";
        button.addEventListener("click", act);
        return button;
      });
      this.name = el("b");
      this.told = el("small");
      const [head, row, foot] = [el("div"), el("div"), el("div")];
      head.append(this.name, this.said);
      row.append(this.play, this.slider, this.all);
      foot.append(this.told, this.undated);
      this.box.append(head, row, foot);
    }

    // Features of the layers in sight that tell years, each with its own, null for none.
    dated() {
      const { view } = this;
      return view.model.layers.filter((layer) => view.visible.has(layer.id) && layer.years)
        .flatMap((layer) => layer.years.map((year, i) => ({ layer, i, year })))
        .filter(({ layer, i }) => layer.place(i) && view.evident(layer, i));
    }

    draw() {
      const { view, panels } = this;
      const span = view.document.time;
      const features = span ? this.dated() : [];
      this.box.hidden = !features.some(({ year }) => year !== null);
      if (this.box.hidden) {
        this.stop();
        return;
      }
      const { year } = view;
      const by = year === null ? span.to : year;
      const words = year === null ? panels.t("time_all") : panels.t("time_by", { year });
      Object.assign(this.slider, { min: span.from, max: span.to, value: by });
      this.slider.setAttribute("aria-label", panels.t("time"));
      this.slider.setAttribute("aria-valuetext", words);
      const count = (keep) => Atlas.numerals.number(features.filter(keep).length);
      const beside = year !== null && span.beside[year];
      this.name.textContent = panels.t("time");
      this.said.textContent = words;
      this.told.textContent = year === null ? `${span.from}–${span.to}`
        : [panels.t("time_shown", { n: count((each) => each.year !== null && each.year <= year) }),
          panels.t("time_later", { n: count((each) => each.year > year) }),
          beside && panels.words(beside)].filter(Boolean).join(" · ");
      const undated = features.filter((each) => each.year === null).length;
      this.undated.textContent = panels.t("time_undated", { n: Atlas.numerals.number(undated) });
      // Where nearly none has a year, the years are no way to see them; until one is chosen, the
      // number beside says enough and leaves the room to the map.
      if (year !== null && features.length - undated <= span.least_dated * features.length) {
        this.told.textContent = [this.told.textContent, panels.t("time_mostly_undated",
          { n: Atlas.numerals.number(undated), of: Atlas.numerals.number(features.length) })].join(" · ");
      }
      this.play.textContent = panels.t(this.timer ? "time_pause" : this.still() ? "time_next" : "time_play");
      this.all.textContent = panels.t("time_every");
      this.all.disabled = year === null;
    }

    // Who wants no motion steps by hand.
    still() {
      return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    }

    toggle() {
      if (this.timer) {
        this.stop();
      } else if (this.still()) {
        this.step(true);
      } else {
        this.timer = setInterval(() => this.step(), STEP_MS);
        this.step(true);
      }
      this.draw();
    }

    step(isBegun = false) {
      const { from, to, beside } = this.view.document.time;
      const { year } = this.view;
      // From one year to the next in which anything happens: nobody waits through centuries.
      const told = [to, ...Object.keys(beside).map(Number), ...this.dated().map((each) => each.year)];
      const next = year === null || year >= to ? from : Math.min(...told.filter((each) => each > year));
      if (next === to) {
        this.stop();
      }
      this.view.setYear(next, isBegun);
    }

    go(year, isBegun = true) {
      this.stop();
      this.view.setYear(year, isBegun);
    }

    stop() {
      clearInterval(this.timer);
      this.timer = null;
    }

    list() {
      const items = this.dated().filter(({ year }) => year === null);
      this.panels.list(items, this.panels.t("time_undated_list", { n: items.length }));
    }
  }

  Atlas.Time = Time;
})(window.Atlas = window.Atlas || {});
