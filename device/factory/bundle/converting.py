"""Makes a model of the engine out of a file as its author publishes it."""

from device.factory.bundle.recipe import Conversion
from device.factory.face_model import converted_resnet
from device.factory.one_of_two import one_of_two


def converted(content: bytes, conversion: Conversion) -> bytes:
    """The model.

    Args:
        content: of the published file, whose sum is known to be right.
        conversion: by the recipe.

    Raises:
        ModelSourceError: if the file is of another kind.
        ModelCheckError: if the model does not give the values it must give.
    """
    match conversion:
        case "dlib-resnet":
            return converted_resnet(content)
        case "tflite":
            return content
        case "tflite-one-of-two":
            return one_of_two(content)
