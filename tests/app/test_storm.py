"""What a link alone may cost: every extreme answers, or is refused in words, within a gigabyte."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.beside import NICE, beside

ROOT = Path(__file__).resolve().parents[2]

# Those of the extremes of each page that hold most, and those that are refused.
LINKS = [
    "density?zoning=h3&h3=8&layer=parks&cell=100&bandwidth=10000&adaptive=true",
    "density?cell=100&bandwidth=10000&bandwidth_2=500&compare=bandwidth&unit=share",
    "distribution?zoning=h3&h3=9&measure=investment&scale=log",
    "coverage?zoning=h3&h3=9&distance=15000&demand=parks",
    "coverage?zoning=hexagons&cell_m=2000&distance=15000&demand=platforms&layer=projects",
    "pattern?zoning=h3&h3=9",
    "pattern?zoning=h3&h3=9&rule=distance&reach=40000",
    "pattern?zoning=h3&h3=8&rule=distance&reach=40000",
    "pattern?zoning=h3&h3=8&rule=knn&k=20&look=clusters",
]
# What these load is not counted.
BEFORE = ["density?zoning=hexagons&cell_m=2000&layer=platforms", "pattern?look=centres&by=level"]
REFUSED = {
    "coverage?zoning=h3&h3=9&distance=15000&demand=parks",
    "pattern?zoning=h3&h3=9",
    "pattern?zoning=h3&h3=9&rule=distance&reach=40000",
    # Nearly all zones are each other's neighbours.
    "pattern?zoning=h3&h3=8&rule=distance&reach=40000",
}
STORM = """
import json, resource, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
from tests.pages import hasten

hasten()

def run(link):
    page, _, query = link.partition("?")
    test = AppTest.from_file("streamlit_app.py", default_timeout=1500)
    for pair in filter(None, query.split("&")):
        key, _, value = pair.partition("=")
        test.query_params[key] = value
    test = test.switch_page(f"app/pages/{page}.py").run()
    return {"error": [e.value for e in test.error], "foreign": [e.value for e in test.exception]}

def held():
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

before, links = map(json.loads, sys.argv[1:])
answers = {link: run(link) for link in before}
most = held() + 2**30
resource.setrlimit(resource.RLIMIT_AS, (most, most))
print(json.dumps(answers | {link: run(link) for link in links}))
"""


@beside
def begun() -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-W", "ignore", "-c", STORM, *map(json.dumps, (BEFORE, LINKS))]
    return subprocess.run([*NICE, *words], cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_storm_of_links_stays_within_a_gigabyte() -> None:
    done = begun().result()
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout.splitlines()[-1])
    assert {link: said["foreign"] for link, said in answers.items() if said["foreign"]} == {}
    assert {link for link, said in answers.items() if said["error"]} == REFUSED
