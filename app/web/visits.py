"""The visit: whose the things are that a visitor brings."""

from __future__ import annotations

import streamlit as st

from layers.keeping.brought import Owner

KEY = "_owner"


def owner() -> Owner:
    """Return the owner of what is brought in this visit.

    The session alone holds it: when the session ends, its things are let go.
    """
    if KEY not in st.session_state:
        st.session_state[KEY] = Owner()
    holder: Owner = st.session_state[KEY]
    return holder
