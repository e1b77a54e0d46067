"""图集, 十页: an atlas or a brief of what is on the screen, made beside the page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Thread
from typing import TYPE_CHECKING, cast

import streamlit as st

from app.texts import text
from app.web.frame import refusal
from geo.errors import AtlasError
from geo.numerals import number
from layers.book import series
from layers.book.brief import MAPS
from layers.book.frames import playable
from layers.outputs import ATLASES, FRAMES, PAGE, SLIDES, output
from layers.plan.area import area
from layers.record.schema import BRIEF
from layers.words import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.delta_generator import DeltaGenerator

    from app.web.screen import Screen
    from layers.record.specification import MapSpec

JOB = "atlas-job"
POLL_S = 0.5
MEGABYTE = 1e6


class CancelledError(RuntimeError):
    """The visitor has had enough."""


@dataclass(slots=True, eq=False)
class Job:
    """An atlas in the making, in a thread of its own.

    Parameters
    ----------
    spec, suffix, template
        What to make.
    done, steps, title
        How far it is.
    made, refusal
        Its contents, or why there are none.
    ended, cancelled
        Set when the thread has come to its end, and when it is to stop.
    """

    spec: MapSpec
    suffix: str
    template: bytes | None
    done: int = 0
    steps: int = 1
    title: str = ""
    made: bytes | None = None
    refusal: AtlasError | None = None
    ended: Event = field(default_factory=Event)
    cancelled: Event = field(default_factory=Event)

    def run(self) -> None:
        """Make the atlas."""
        try:
            self.made = output(self.spec, self.suffix, template=self.template, progress=self.told)
        except CancelledError:
            pass
        except AtlasError as error:
            self.refusal = error
        finally:
            self.ended.set()

    @property
    def name(self) -> str:
        """What is made, as the words of its buttons have it."""
        if self.suffix == FRAMES:
            return "frames"
        if self.spec.pages == BRIEF:
            return "brief" if self.suffix == SLIDES else "story"
        return "atlas"

    def told(self, done: int, steps: int, title: str) -> None:
        """Keep how far it is; stop if that is wished."""
        if self.cancelled.is_set():
            raise CancelledError
        self.done, self.steps, self.title = done, steps, title


def atlas_export(
    shown: Screen,
    seen: Callable[[dict[str, str]], MapSpec],
    kind: str,
    template: bytes | None,
    mime_types: Mapping[str, str],
) -> None:
    """Draw the button of the plan in ten slides, the choice of an atlas, and how far they are.

    Parameters
    ----------
    shown
        Asks what is on the screen.
    seen
        Returns the map on the screen from the parameters of the page's address.
    kind
        Name of the map.
    template
        The visitor's own template for slides.
    mime_types
        Kind of contents of each suffix.
    """
    job = cast("Job | None", st.session_state.get(JOB))
    # How far it is stands below the button that was pressed.
    below: dict[str, DeltaGenerator] = {}
    working = job is not None and not job.ended.is_set()
    if kind in MAPS:
        st.button(
            text("export.brief.make"),
            on_click=shown.ask,
            args=(partial(_start, seen, BRIEF, SLIDES, template),),
            disabled=working,
            width="stretch",
            key="export-brief-make",
        )
        below["brief"] = st.container()
        st.button(
            text("export.story.make"),
            on_click=shown.ask,
            args=(partial(_start, seen, BRIEF, PAGE, None),),
            disabled=working,
            width="stretch",
            key="export-story-make",
        )
        below["story"] = st.container()
        if area().years:
            moving = playable(seen(shown.address).content())
            st.button(
                text("export.frames.make"),
                on_click=shown.ask,
                args=(partial(_start, seen, None, FRAMES, None),),
                disabled=working or not moving,
                width="stretch",
                key="export-frames-make",
            )
            if not moving:
                st.caption(text("export.frames.none", page=text("page.overview")))
            below["frames"] = st.container()
    with st.expander(text("export.atlas"), expanded=job is not None and job.name == "atlas"):
        pages = st.selectbox(
            text("export.atlas.pages"),
            series.names(),
            format_func=lambda name: capital(text(f"atlas.series.{name}")),
            key="export-atlas-pages",
        )
        suffix = st.radio(
            text("export.atlas.kind"),
            ATLASES,
            format_func=lambda suffix: suffix[1:].upper(),
            horizontal=True,
            key="export-atlas-kind",
        )
        st.button(
            text("export.atlas.make"),
            on_click=shown.ask,
            args=(partial(_start, seen, pages, suffix, template),),
            disabled=working,
            width="stretch",
            key="export-atlas-make",
        )
        below["atlas"] = st.container()
    if job is None:
        return
    # A page without the button goes on with the work of another.
    with below.get(job.name, st.container()):
        if working:
            st.fragment(_watch, run_every=POLL_S)(job)
        else:
            _ended(job, mime_types)


def _start(
    seen: Callable[[dict[str, str]], MapSpec],
    pages: str | None,
    suffix: str,
    template: bytes | None,
    address: dict[str, str],
) -> None:
    spec = replace(seen(address), extent=None, pages=pages)
    job = Job(spec, suffix, template if suffix == SLIDES else None)
    st.session_state[JOB] = job
    Thread(target=job.run, daemon=True).start()


def _watch(job: Job) -> None:
    """Draw how far an atlas is; when it has come to its end the page runs once more."""
    if job.ended.is_set():
        st.rerun()
    words = text("export.atlas.step", done=job.done + 1, steps=job.steps, title=job.title)
    st.progress(job.done / job.steps, text=words)
    st.button(
        text("export.atlas.cancel"),
        on_click=job.cancelled.set,
        width="stretch",
        key="export-atlas-cancel",
    )


def _ended(job: Job, mime_types: Mapping[str, str]) -> None:
    if job.made is not None:
        size = number(len(job.made) / MEGABYTE, digits=1)
        stems = {
            "atlas": f"atlas_{job.spec.map}_{job.spec.pages}",
            "frames": f"{job.spec.map}_years",
        }
        stem = stems.get(job.name, f"plan_{BRIEF}")
        st.download_button(
            text(f"export.download.{job.name}", kind=job.suffix[1:].upper(), size=size),
            job.made,
            file_name=f"{stem}{job.suffix}",
            mime=mime_types[job.suffix],
            on_click="ignore",
            width="stretch",
            key="export-atlas-download",
        )
    elif job.cancelled.is_set():
        st.caption(text("export.atlas.cancelled"))
    elif job.refusal is not None:
        refusal(job.refusal)
    else:
        st.error(text("export.broken"))
