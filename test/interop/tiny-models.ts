/**
 * Models of a few hundred bytes in ONNX, with the files that @huggingface/transformers wants beside them, so its pipelines run for
 * real without downloaded weights. Each model is a table that is looked up by token. Source of the numbers: onnx/onnx.proto3, IR version 8.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

const words = ["[UNK]", "<end>", "the", "sky", "is", "blue", "today", ".", "user", ":", "assistant"];
/** What the language model says after each. */
const nextWords = ["<end>", "<end>", "sky", "is", "blue", "today", ".", "<end>", ":", "the", "the"];

/** Writes `tiny-gpt2`, which continues a text, and `tiny-bert`, whose vectors have three numbers. */
export async function writeTinyModels(folder: string): Promise<void> {
  const oneHot = nextWords.map((next) => words.map((word) => Number(word === next)));
  await writeModel(path.join(folder, "tiny-gpt2"), lookUp(oneHot, "logits"), {
    model_type: "gpt2",
    n_layer: 0,
    n_head: 1,
    n_embd: 1,
    vocab_size: words.length,
    eos_token_id: 1,
  });
  const vectors = words.map((_word, index) => [index, 1, 0]);
  await writeModel(path.join(folder, "tiny-bert"), lookUp(vectors, "last_hidden_state"), {
    model_type: "bert",
    num_hidden_layers: 0,
    num_attention_heads: 1,
    hidden_size: 3,
    vocab_size: words.length,
  });
}

async function writeModel(folder: string, model: Uint8Array, config: object): Promise<void> {
  const end = { id: 1, content: "<end>", single_word: false, lstrip: false, rstrip: false };
  const files = {
    "config.json": config,
    "generation_config.json": { eos_token_id: 1 },
    "tokenizer.json": {
      version: "1.0",
      added_tokens: [{ ...end, normalized: false, special: true }],
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(words.map((word, id) => [word, id])),
        unk_token: "[UNK]",
      },
    },
    "tokenizer_config.json": {
      tokenizer_class: "PreTrainedTokenizerFast",
      eos_token: "<end>",
      pad_token: "<end>",
      unk_token: "[UNK]",
      chat_template: "{% for m in messages %}{{ m.role }} : {{ m.content }} {% endfor %}assistant :",
    },
  };
  await mkdir(path.join(folder, "onnx"), { recursive: true });
  await writeFile(path.join(folder, "onnx/model.onnx"), model);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), JSON.stringify(content));
  }
}

/** The model of one node: Gather(table, input_ids). */
function lookUp(table: readonly (readonly number[])[], output: string): Uint8Array {
  const columns = table[0]?.length ?? 0;
  const node = message([1, "table"], [1, "input_ids"], [2, output], [4, "Gather"]);
  const numbers = new Uint8Array(new Float32Array(table.flat()).buffer);
  const initializer = message([1, table.length], [1, columns], [2, float], [8, "table"], [9, numbers]);
  const graph = message(
    [1, node],
    [2, "tiny"],
    [5, initializer],
    [11, value("input_ids", int64, ["batch", "sequence"])],
    [12, value(output, float, ["batch", "sequence", columns])],
  );
  const operators = message([1, ""], [2, 17]);
  return message([1, 8], [7, graph], [8, operators]);
}

const float = 1;
const int64 = 7;

function value(name: string, type: number, dimensions: readonly (string | number)[]): Uint8Array {
  const shape = message(
    ...dimensions.map((dimension): Field => [1, message([typeof dimension === "string" ? 2 : 1, dimension])]),
  );
  return message([1, name], [2, message([1, message([1, type], [2, shape])])]);
}

type Field = readonly [number: number, value: string | number | Uint8Array];

function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, content] of fields) {
    if (typeof content === "number") writer.tag(number, WireType.Varint).int64(content);
    else if (typeof content === "string") writer.tag(number, WireType.LengthDelimited).string(content);
    else writer.tag(number, WireType.LengthDelimited).bytes(content);
  }
  return writer.finish();
}
