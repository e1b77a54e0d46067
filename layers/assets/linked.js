// Maps of one page that show the same place: each tells the other frames of the page where it
// looks, in CGCS2000, and follows what they tell. Nothing of it reaches the server.
(function (Atlas) {
  "use strict";

  class Linked {
    // `leads`: this map's place counts when the maps of a page find each other.
    constructor(view, name, leads) {
      this.view = view;
      this.map = view.map;
      this.name = name;
      // While this map follows, what it does itself is not told: it would come back.
      this.following = false;
      this.gliding = false;
      this.adrift = false;
      // A map that follows says nothing of its own place until it knows the first one's, or until
      // someone lays a hand on it: else the two would swap places when they open.
      this.settled = leads;
      this.next = null;
      this.frame = null;
      this.toldBase = leads ? null : view.base;
      this.listener = (event) => this.hear(event);
      window.addEventListener("message", this.listener);
      this.on = {
        move: () => this.soon(),
        moveend: () => this.tell("rest"),
        zoomanim: ({ center, zoom }) => this.tell("zoom", center, zoom),
      };
      this.map.on(this.on);
      for (const hand of ["pointerdown", "wheel", "keydown"]) {
        this.view.container.addEventListener(hand, () => { this.settled = true; }, true);
      }
      if (leads) {
        this.tellBase();
        this.tell("rest");
      } else {
        this.post({ phase: "ask" });
      }
    }

    end() {
      this.map.off(this.on);
      window.removeEventListener("message", this.listener);
    }

    // ---- telling ----

    // Only frames of this page and of this address; other pages of the app go their own way.
    post(message) {
      const { frames } = window.parent;
      for (let k = 0; k < frames.length; k += 1) {
        if (frames[k] !== window) {
          frames[k].postMessage({ ...message, atlasLink: this.name }, window.location.origin);
        }
      }
    }

    // At most one place per picture while the map is dragged.
    soon() {
      if (!this.following && !this.gliding && this.frame === null) {
        this.frame = requestAnimationFrame(() => {
          this.frame = null;
          this.tell("move");
        });
      }
    }

    tell(phase, centre = this.map.getCenter(), zoom = this.map.getZoom()) {
      if (this.following || this.gliding || !this.settled) {
        return;
      }
      if (phase !== "move") {
        cancelAnimationFrame(this.frame);
        this.frame = null;
      }
      const [lon, lat] = this.view.fromMap(centre);
      this.post({ phase, lon, lat, zoom });
    }

    tellBase() {
      if (!this.following && this.view.base !== this.toldBase) {
        this.toldBase = this.view.base;
        this.post({ phase: "base", base: this.view.base });
      }
    }

    // ---- following ----

    hear({ origin, source, data }) {
      if (origin !== window.location.origin || !data || data.atlasLink !== this.name) {
        return;
      }
      if (data.phase === "ask") {
        this.answer(source);
      } else if (data.phase === "base") {
        this.follow(() => this.takeBase(data.base));
      } else if ([data.lon, data.lat, data.zoom].every(Number.isFinite)) {
        this.settled = true;
        this.take(data);
      }
    }

    answer(source) {
      const [lon, lat] = this.view.fromMap(this.map.getCenter());
      const told = { atlasLink: this.name };
      source.postMessage({ ...told, phase: "base", base: this.view.base }, window.location.origin);
      source.postMessage({ ...told, phase: "rest", lon, lat, zoom: this.map.getZoom() }, window.location.origin);
    }

    follow(act) {
      const before = this.following;
      this.following = true;
      act();
      this.following = before;
    }

    // A base map that needs a key which only the other map has stays a matter of that map.
    takeBase(name) {
      const { view } = this;
      const record = view.baseRecord(name);
      const locked = record.needs_key && !view.keys[record.name] && !view.keys.tianditu;
      if (record.name === name && name !== view.base && !locked) {
        this.toldBase = name;
        view.setBase(name);
      }
    }

    take(told) {
      if (this.gliding) {
        // The map does not listen while it glides from one zoom to another.
        this.next = told;
      } else if (!this.map.dragging.moving() && !this.map._animatingZoom) {
        // The hand on this map goes before the word of another one.
        this.follow(() => this.go(told));
      }
    }

    go({ phase, lon, lat, zoom }) {
      const { map } = this;
      const at = this.view.toMap(lon, lat, false);
      const level = map._limitZoom(zoom);
      const offset = map.project(at, map.getZoom()).subtract(map.project(map.getCenter(), map.getZoom())).round();
      if (phase === "move") {
        // As under the hand: the picture is shifted, and drawn anew when it comes to rest.
        if (level === map.getZoom()) {
          map._stop();
          map._rawPanBy(offset);
          map.fire("move");
          this.adrift = true;
        }
      } else if (level !== map.getZoom()) {
        this.glide(at, level);
      } else if (this.adrift || offset.x || offset.y) {
        this.adrift = false;
        map.setView(at, level, { animate: false });
      }
    }

    glide(at, zoom) {
      const { map } = this;
      map._stop();
      this.adrift = false;
      this.gliding = true;
      map.once("moveend", () => {
        this.gliding = false;
        const { next } = this;
        this.next = null;
        if (next) {
          this.take(next);
        }
      });
      map.setView(at, zoom, { animate: true });
    }
  }

  Atlas.Linked = Linked;
})(window.Atlas = window.Atlas || {});
