"""Where the searches of the face check start: a small photo, a bundle, networks of few values."""

import io
from collections.abc import Mapping
from hashlib import sha256

import numpy as np
from PIL import Image as PillowImage

from device.face.calibration_file import calibration_bytes
from tests.device.factory.tiny_resnet import TinyResnet
from tests.fuzz.targets.bundle_description import MODEL, MODEL_FILE
from tests.fuzz.targets.calibration import LENGTH

_DESCRIPTION = f"""kind = "embedder"
name = "a"
licence = "MIT"
[model]
file = "{MODEL_FILE}"
sha256 = "{sha256(MODEL).hexdigest()}"
input_px = 112
embedding_length = {LENGTH}
is_mirrored = true
pixels = {{ mean = [127.5, 127.5, 127.5], scale = 128.0 }}
[alignment]
landmarks = "eyes-nose-mouth"
template = [[38, 51], [73, 51], [56, 71], [41, 92], [70, 92]]
[decision]
space = "network"
metric = "cosine"
threshold = "a"
guards = [{{ space = "network", metric = "euclidean", threshold = 0.6 }}]
[[thresholds]]
id = "a"
value = 0.5
fmr = 0.001
population = "a"
"""


def face_seeds() -> Mapping[str, Mapping[str, bytes]]:
    """Files by target and name."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(1 + LENGTH, LENGTH)).astype(np.float32)
    photos = {"file": _photo(no_jp2=False), "codestream": _photo(no_jp2=True)}
    return {
        "photo_size": photos,
        "photo": photos,
        "bundle_description": {"whole": _DESCRIPTION.encode()},
        "calibration": {"whole": calibration_bytes(values[0], values[1:].T)},
        "dlib_model": {"whole": TinyResnet().dat()},
    }


def _photo(*, no_jp2: bool) -> bytes:
    ramp = np.add.outer(np.arange(32), np.arange(40)).astype(np.uint8)
    file = io.BytesIO()
    PillowImage.fromarray(ramp).save(
        file, "JPEG2000", no_jp2=no_jp2, quality_mode="rates", quality_layers=[20]
    )
    return file.getvalue()
