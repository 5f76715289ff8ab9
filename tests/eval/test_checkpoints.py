"""Saved models: the same logits after loading, and errors for any other file."""

import pickle
import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchvision")


from dml_heads import HEADS, SoftmaxHead, make_head  # noqa: E402
from eval.models.backbone import ProjectedBackbone  # noqa: E402
from eval.models.checkpoints import load_model, save_model  # noqa: E402
from eval.models.registry import make_backbone  # noqa: E402
from tests.eval.test_training import head_for, parts, small_backbone  # noqa: E402


@pytest.mark.parametrize("name", HEADS)
def test_a_saved_model_gives_the_same_logits(name: str, tmp_path: Path) -> None:
    backbone = make_backbone("resnet18", weights="none")
    head = make_head(name, embedding_size=512, classes=2).eval()
    images = torch.from_numpy(np.stack(parts(2)))
    save_model(tmp_path / "models" / "one.pt", backbone, head, settings={"size": 224, "transform": "Line"})
    model = load_model(tmp_path / "models" / "one.pt")
    assert torch.equal(model.head(model.backbone.embed(images)), head(backbone.embed(images)))
    assert repr(model.head) == repr(head)
    assert model.settings == {"size": 224, "transform": "Line"}
    assert not model.backbone.training


def test_a_saved_model_keeps_its_levels(tmp_path: Path) -> None:
    backbone = make_backbone("resnet18", weights="none")
    backbone.join_levels(16, 32)
    projected = ProjectedBackbone(backbone)
    save_model(tmp_path / "one.pt", projected, head_for(projected, scoring="patch"))
    images = torch.from_numpy(np.stack(parts(2)))
    loaded = load_model(tmp_path / "one.pt").backbone
    assert loaded.patch_strides == (16, 32)
    assert torch.equal(loaded.patch_embed(images), projected.patch_embed(images))


def test_a_model_on_a_wrapped_network_needs_that_network(tmp_path: Path) -> None:
    backbone = small_backbone()
    save_model(tmp_path / "model.pt", backbone, head_for(backbone))
    with pytest.raises(ValueError, match=r"backbone must be given for the model .* whose backbone is 'wrapped'"):
        load_model(tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"backbone must be the 'wrapped' of the model .*, got 'resnet18'"):
        load_model(tmp_path / "model.pt", backbone=make_backbone("resnet18", weights="none"))
    images = torch.from_numpy(np.stack(parts(2)))
    loaded = load_model(tmp_path / "model.pt", backbone=small_backbone())
    assert torch.equal(loaded.backbone.embed(images), backbone.embed(images))


def test_every_broken_model_file_gives_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    backbone = make_backbone("resnet18", weights="none")
    save_model(path, backbone, make_head("softmax", embedding_size=512, classes=2))
    whole, state = path.read_bytes(), torch.load(path, weights_only=True)
    contents = {
        "empty": b"",
        "text": b"no model",
        "truncated": whole[: len(whole) // 2],
        "corrupt": whole[:3000] + bytes(3000) + whole[6000:],
        "zip": b"PK\x05\x06" + bytes(18),
        "pickle": pickle.dumps(Path("other")),
        "pickle of a list": pickle.dumps([1, 2]),
        "first bytes": whole[:4],
    }
    for content in contents.values():
        path.write_bytes(content)
        with pytest.raises(ValueError, match=re.escape(str(path))):
            load_model(path)
    wrong = {"head": None, "head_weights": {}, "strides": [], "backbone_weights": {"a": torch.ones(1)}}
    for key, value in wrong.items():
        torch.save({**state, key: value}, path)
        with pytest.raises(ValueError, match=re.escape(str(path))):
            load_model(path)
    torch.save({name: value for name, value in state.items() if name != "trained"}, path)
    with pytest.raises(ValueError, match=re.escape(f"{path} must hold all of a model, got KeyError: 'trained'")):
        load_model(path)
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path))):
        load_model(tmp_path)


class OwnHead(SoftmaxHead):
    """Head that has no name."""


def test_only_named_heads_can_be_saved_and_only_models_loaded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"head must be one of .*, got OwnHead"):
        save_model(tmp_path / "model.pt", small_backbone(), OwnHead(embedding_size=16, classes=2))
    with pytest.raises(FileNotFoundError, match="path must be a file of weights"):
        load_model(tmp_path / "missing.pt")
    torch.save({"kind": "else"}, tmp_path / "else.pt")
    with pytest.raises(ValueError, match="must be a 'defectsynth model 4', got 'else'"):
        load_model(tmp_path / "else.pt")
