"""MiniLM as a graph of ONNX Runtime's fused operators, in float32 or with 7-bit weights and 8-bit activations.

Weights are quantised for each output channel. Seven bits, not eight: processors with AVX2 but no VNNI add two products
in 16 bits and would overflow (measured: half of the sum), and the eighth bit is bought back with more than that by
taming the outliers of the activations, which one scale for a whole tensor cannot hold:

* The few loud channels behind a layer normalisation are turned down there and their weight rows up (SmoothQuant,
  arXiv:2211.10438, alpha 0.5), as are the channels of the attention's values.
* The loudest channels behind each GELU stay float32 (LLM.int8(), arXiv:2208.07339), sorted to the end and split off.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

LAYERS, WIDTH, INNER, HEADS = 6, 384, 1536, 12
EPSILON = 1e-12
BITS = 7
LOUD = 16
"""Channels behind a GELU that stay float32."""
OPSET, FUSED = 17, "com.microsoft"

Array = NDArray[Any]
Tensors = Mapping[str, Array]
Loudness = Mapping[str, Array]
"""Name of an activation to the largest absolute value in each of its channels, as `watched` outputs give it."""


def watched() -> list[str]:
    """Activations whose loudness the quantised graph wants to know."""
    return [f"{kind}{layer}" for layer in range(LAYERS) for kind in ("normed", "attended", "middle", "gelu")]


def build(tensors: Tensors, loudness: Loudness | None = None) -> bytes:
    """The serialised model: `input_ids` int64 (texts, tokens) to `last_hidden_state` float32 (texts, tokens, 384).

    All texts of a call must be of one length: there is no mask. Without `loudness` the graph is float32 and outputs
    the `watched` activations as well. Raises KeyError where a tensor is missing.
    """
    graph = _Graph(tensors, loudness)
    outputs = [graph.output()] + (watched() if loudness is None else [])
    made = helper.make_graph(
        graph.nodes,
        "minilm",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["texts", "tokens"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
    model = helper.make_model(made, opset_imports=opsets, producer_name="broadsheet", ir_version=8)
    return bytes(model.SerializeToString())


def quantised(weights: Array) -> tuple[Array, Array]:
    """Weights (in, out) as int8 of `BITS` bits, and the scale of each output channel (out,)."""
    largest = 2 ** (BITS - 1) - 1
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / largest
    return np.rint(weights / scales).astype(np.int8), scales.astype(np.float32)


def _evening(loudness: Array, weights: Array) -> Array:
    """By what to divide each channel so that activations and weights share the burden; geometric mean 1.

    Steps of an eighth of an octave, so that the last bits of a float on another processor change nothing.
    """
    octaves = 0.5 * (np.log2(np.maximum(loudness, 1e-6)) - np.log2(np.maximum(np.abs(weights).max(axis=1), 1e-6)))
    return np.asarray(np.exp2(np.rint((octaves - octaves.mean()) * 8) / 8), dtype=np.float32)


class _Graph:
    """Nodes and constants, gathered from the input on."""

    def __init__(self, tensors: Tensors, loudness: Loudness | None) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._tensors = tensors
        self._loudness = loudness

    def output(self) -> str:
        """Write the whole network down; the name of its last hidden state."""
        summed = self._add("embedded", self._words(), self._positions())
        inputs = self._norm("normed0", summed, "embeddings.LayerNorm", self._attention_weights(0))
        for layer in range(LAYERS):
            inputs = self._layer(layer, *inputs)
        return inputs[1]

    def _words(self) -> str:
        words = self._tensors["embeddings.word_embeddings.weight"]
        if self._loudness is None:
            return self._node("Gather", "words", self._constant("table", words), "input_ids")
        scales = np.abs(words).max(axis=1, keepdims=True) / 127
        table = self._constant("table", np.rint(words / np.maximum(scales, 1e-12)).astype(np.int8))
        whole = self._node("Gather", "words_int8", table, "input_ids")
        scale = self._node("Gather", "words_scale", self._constant("table_scale", scales), "input_ids")
        return self._node("Mul", "words", self._node("Cast", "words_float", whole, to=TensorProto.FLOAT), scale)

    def _positions(self) -> str:
        table = self._tensors["embeddings.position_embeddings.weight"]
        table = table + self._tensors["embeddings.token_type_embeddings.weight"][0]
        length = self._node("Shape", "length", "input_ids", start=1, end=2)
        axis, start = self._constant("axis", np.array([1])), self._constant("start", np.array([0]))
        return self._node("Slice", "positions", self._constant("position_table", table[None]), start, length, axis)

    def _layer(self, layer: int, loud: str, plain: str, weights: Array) -> tuple[str, str, Array]:
        """One layer: `loud` goes into the product with `weights`, `plain` past it. Returns the same for the next."""
        attended = self._attention(layer, loud, weights)
        summed = self._add(f"summed{layer}", attended, plain)
        name = f"encoder.layer.{layer}"
        inner = self._tensors[f"{name}.intermediate.dense.weight"].T
        loud, plain, inner = self._norm(f"middle{layer}", summed, f"{name}.attention.output.LayerNorm", inner)
        widened = self._widen(layer, loud, inner)
        summed = self._add(f"deep{layer}", widened, plain)
        above = self._attention_weights(layer + 1) if layer + 1 < LAYERS else np.empty((0, 0))
        return self._norm(f"normed{layer + 1}", summed, f"{name}.output.LayerNorm", above)

    def _attention_weights(self, layer: int) -> Array:
        parts = ("query", "key", "value")
        return np.concatenate([self._tensors[self._part(layer, part, "weight")] for part in parts]).T

    def _attention_bias(self, layer: int) -> Array:
        return np.concatenate([self._tensors[self._part(layer, part, "bias")] for part in ("query", "key", "value")])

    def _part(self, layer: int, part: str, kind: str) -> str:
        return f"encoder.layer.{layer}.attention.self.{part}.{kind}"

    def _attention(self, layer: int, x: str, weights: Array) -> str:
        bias, name = self._attention_bias(layer), f"encoder.layer.{layer}.attention.output.dense"
        outward = self._tensors[f"{name}.weight"].T
        if self._loudness is not None:
            even = _evening(self._loudness[f"attended{layer}"], outward)
            outward = outward * even[:, None]
            divisor = np.concatenate([np.ones(2 * WIDTH, np.float32), even])
            weights, bias = weights / divisor, bias / divisor
        joined = self._product(f"joined{layer}", x, weights, bias)
        parts = [f"{part}{layer}" for part in ("query", "key", "value")]
        self.nodes.append(helper.make_node("Split", [joined], parts, axis=2))
        heads = self._node("MultiHeadAttention", f"attended{layer}", *parts, domain=FUSED, num_heads=HEADS)
        return self._product(f"outward{layer}", heads, outward, self._tensors[f"{name}.bias"])

    def _widen(self, layer: int, x: str, inner: Array) -> str:
        """The two products with the GELU between them."""
        name = f"encoder.layer.{layer}"
        inner_bias = self._tensors[f"{name}.intermediate.dense.bias"]
        outer, outer_bias = self._tensors[f"{name}.output.dense.weight"].T, self._tensors[f"{name}.output.dense.bias"]
        if self._loudness is not None:
            order = np.argsort(self._loudness[f"gelu{layer}"], kind="stable")
            inner, inner_bias, outer = inner[:, order], inner_bias[order], outer[order]
        wide = self._product(f"wide{layer}", x, inner, None)
        gelu = self._node(
            "BiasGelu", f"gelu{layer}", wide, self._constant(f"wide{layer}_bias", inner_bias), domain=FUSED
        )
        if self._loudness is None:
            return self._product(f"narrow{layer}", gelu, outer, outer_bias)
        quiet, loud = f"quiet{layer}", f"loud{layer}"
        sizes = self._constant(f"sizes{layer}", np.array([INNER - LOUD, LOUD]))
        self.nodes.append(helper.make_node("Split", [gelu, sizes], [quiet, loud], axis=2))
        most = self._product(f"narrow{layer}", quiet, outer[:-LOUD], outer_bias)
        rest = self._node("MatMul", f"rest{layer}", loud, self._constant(f"rest{layer}_weights", outer[-LOUD:]))
        return self._add(f"both{layer}", most, rest)

    def _norm(self, name: str, x: str, norm: str, weights: Array) -> tuple[str, str, Array]:
        """Layer normalisation before a product with `weights` (empty: before none), in the form `_layer` takes."""
        gain, shift = self._tensors[f"{norm}.weight"], self._tensors[f"{norm}.bias"]
        if self._loudness is None or not weights.size:
            plain = self._layer_norm(name, x, gain, shift)
            return plain, plain, weights
        even = _evening(self._loudness[name], weights)
        loud = self._layer_norm(f"{name}_even", x, gain / even, shift / even)
        plain = self._node("Mul", name, loud, self._constant(f"{name}_scale", even))
        return loud, plain, weights * even[:, None]

    def _layer_norm(self, name: str, x: str, gain: Array, shift: Array) -> str:
        """Apart from the addition: ONNX Runtime's fused one of both takes 0.6 ms where the two take 0.1."""
        constants = self._constant(f"{name}_gain", gain), self._constant(f"{name}_shift", shift)
        return self._node("LayerNormalization", name, x, *constants, epsilon=EPSILON)

    def _product(self, name: str, x: str, weights: Array, bias: Array | None) -> str:
        more = [] if bias is None else [self._constant(f"{name}_bias", bias.astype(np.float32))]
        if self._loudness is None:
            product = self._node("MatMul", f"{name}_product", x, self._constant(f"{name}_weights", weights))
            return self._node("Add", name, product, *more) if more else product
        whole, scales = quantised(weights)
        constants = (
            self._constant(f"{name}_weights", whole),
            self._constant(f"{name}_scale", scales),
            self._constant(f"{name}_zero", np.zeros(len(scales), np.int8)),
        )
        return self._node("DynamicQuantizeMatMul", name, x, *constants, *more, domain=FUSED)

    def _add(self, name: str, one: str, other: str) -> str:
        return self._node("Add", name, one, other)

    def _node(self, kind: str, name: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def _constant(self, name: str, values: Array) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
