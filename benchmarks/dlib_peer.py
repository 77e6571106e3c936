"""dlib's side of `benchmarks.face`: a program for an environment of its own, without the project.

It says `ready`, takes the path of a picture a line, and answers each with one line of JSON: faces
found and milliseconds, the opening of the file left out. At the end of its input it tells its peak
of memory. Started by its path, in an environment that has `face_recognition`.
"""

import importlib
import importlib.util
import json
import resource
import sys
import time
from pathlib import Path
from types import ModuleType


def file_of(package: str, name: str) -> str:
    """Where a file of a package lies."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return str(Path(folders[0]) / name) if folders else name


def main() -> None:
    """Answers until nobody asks any more."""
    # The models' package asks for this module at its import; newer environments lack it.
    resources = ModuleType("pkg_resources")
    resources.__dict__["resource_filename"] = file_of
    sys.modules.setdefault("pkg_resources", resources)
    dlib = importlib.import_module("face_recognition")
    print("ready", flush=True)
    for line in sys.stdin:
        picture = dlib.load_image_file(line.rstrip("\n"))
        begun_s = time.perf_counter()
        places = dlib.face_locations(picture)
        found_s = time.perf_counter()
        faces = dlib.face_encodings(picture, places, model="small")
        done_s = time.perf_counter()
        answer = {
            "faces": len(faces),
            "detect_ms": 1000 * (found_s - begun_s),
            "whole_ms": 1000 * (done_s - begun_s),
        }
        print(json.dumps(answer), flush=True)
    print(json.dumps({"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
