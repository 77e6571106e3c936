"""A network's file as dlib writes it, that a maker may bring from anywhere."""

from device.factory.dlib_model import read_dlib_model
from device.factory.errors import ModelSourceError
from device.factory.resnet_graph import resnet_graph


def fuzz(data: bytes) -> None:
    """A file that is accepted becomes a graph, or is refused as another kind of network."""
    try:
        resnet_graph(read_dlib_model(data))
    except ModelSourceError:
        return
