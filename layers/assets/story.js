// A page that is told step by step: what is said, which layers are seen, and where. → ← and Esc.
(function (Atlas) {
  "use strict";

  const FORTH = ["ArrowRight", "PageDown"];
  const BACK = ["ArrowLeft", "PageUp"];

  class Story {
    constructor(view, steps) {
      this.view = view;
      this.steps = steps;
      this.at = 0;
      const el = (tag, name) => Object.assign(document.createElement(tag), { className: name || "" });
      this.panel = el("section", "atlas-panel atlas-story");
      this.words = el("div", "atlas-story-words");
      this.words.setAttribute("aria-live", "polite");
      // What is longer than the screen is read on with ↓.
      this.words.tabIndex = 0;
      this.bar = el("div", "atlas-story-bar");
      const button = (act) => {
        const made = el("button");
        made.type = "button";
        made.addEventListener("click", act);
        return made;
      };
      this.back = button(() => this.go(this.at - 1));
      this.forth = button(() => this.go(this.at + 1));
      this.leave = button(() => this.tell(false));
      this.open = button(() => this.tell(true));
      this.open.className = "atlas-story-open";
      this.count = el("output");
      this.bar.append(this.back, this.count, this.forth, this.leave);
      this.panel.append(this.words, this.bar);
      view.container.prepend(this.panel, this.open);
      L.DomEvent.disableClickPropagation(this.panel);
      L.DomEvent.disableScrollPropagation(this.panel);
      // Before the map, which moves with the same keys.
      document.addEventListener("keydown", (event) => this.key(event), true);
      const draw = view.panels.draw.bind(view.panels);
      view.panels.draw = () => {
        draw();
        this.say();
      };
      this.tell(true);
    }

    key(event) {
      const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (!this.telling || writing || event.altKey || event.ctrlKey || event.metaKey) {
        return;
      }
      const to = FORTH.includes(event.key) ? this.at + 1
        : BACK.includes(event.key) ? this.at - 1
          : event.key === "Home" ? 0
            : event.key === "End" ? this.steps.length - 1 : null;
      if (to !== null) {
        this.go(to);
      } else if (event.key === "Escape") {
        this.tell(false);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    }

    // Between telling and a map that is looked at freely.
    tell(on) {
      this.telling = on;
      this.view.container.classList.toggle("telling", on);
      if (on) {
        this.go(this.at);
      } else {
        this.open.focus();
      }
    }

    go(to) {
      const { view } = this;
      this.at = Math.max(0, Math.min(to, this.steps.length - 1));
      const { layers, bounds } = this.steps[this.at];
      this.words.scrollTop = 0;
      view.clear(true);
      view.switched = new Map();
      view.document.visible = layers;
      view.visible = new Set(layers);
      view.redraw();
      const [[south, west], [north, east]] = bounds || view.document.bounds;
      const wide = view.map.getSize().x > 900;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      view.map.fitBounds(L.latLngBounds(view.toMap(west, south, false), view.toMap(east, north, false)), {
        paddingTopLeft: wide ? [this.panel.offsetWidth + 40, 40] : [20, 60],
        paddingBottomRight: wide ? [320, 40] : [20, this.panel.offsetHeight + 30],
        maxZoom: 14, animate: !still,
      });
    }

    say() {
      const { view, steps, at } = this;
      const step = steps[at];
      const line = (tag, words) => Object.assign(document.createElement(tag), { textContent: words });
      this.words.replaceChildren(line("h2", step.titles[view.lang]), ...step.texts[view.lang].map((each) => line("p", each)));
      this.count.textContent = `${at + 1} / ${steps.length}`;
      this.back.disabled = at === 0;
      this.forth.disabled = at === steps.length - 1;
      this.back.textContent = `← ${view.text("story_back")}`;
      this.forth.textContent = `${view.text("story_forth")} →`;
      this.leave.textContent = `${view.text("story_leave")} (Esc)`;
      this.open.textContent = view.text("story_open");
      this.panel.setAttribute("aria-label", view.text("story_open"));
    }
  }

  Atlas.tell = (view, steps) => new Story(view, steps);
})(window.Atlas = window.Atlas || {});
