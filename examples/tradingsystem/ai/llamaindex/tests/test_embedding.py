import numpy as np
import pytest
from llamaindex_service.embedding import MiniLmEmbedding, ModelMissing, usable_providers


def test_vectors_have_length_one_and_the_models_dimension(model):
    vectors = np.array(model.get_text_embedding_batch(["Petrobras", "a much longer text about oil " * 40]))
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)


def test_meaning_is_nearer_than_words(model):
    oil, same, other = np.array(
        model.embed(
            ["The oil company raised its dividend.", "Petroleum firm pays shareholders more.", "Cats like milk."]
        )
    )
    assert oil @ same > 0.5 > oil @ other


def test_padding_in_a_batch_changes_almost_nothing(model):
    alone = np.array(model.embed(["iron ore"])[0])
    beside = np.array(model.embed(["iron ore", "a longer sentence that forces padding of the first one"])[0])
    assert alone @ beside > 0.98


def test_no_text_no_vector(model):
    assert model.embed([]) == []


def test_the_token_counter_does_not_cut(model):
    assert len(model.token_counter()("word " * 1000)) == 1000


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ModelMissing, match=r"model\.onnx is missing; set MODEL_DIR"):
        MiniLmEmbedding(tmp_path)


CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.mark.parametrize(
    ("available", "devices", "order"),
    [
        ([CPU], [], [CPU]),
        ([CPU], ["nvidia0"], [CPU]),
        (["TensorrtExecutionProvider", CUDA, CPU], ["nvidia0"], [CUDA, CPU]),
        ([CUDA, CPU], [], [CPU]),
        ([], [], [CPU]),
    ],
)
def test_cuda_first_where_there_is_a_device_then_the_processor(available, devices, order):
    assert usable_providers(available, devices) == order
