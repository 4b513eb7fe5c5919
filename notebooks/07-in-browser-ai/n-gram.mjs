// A language model made of counts: how often did each word come after these words? It is trained while the page loads, writes a
// token in microseconds, and knows nothing but its texts.

const start = "\u0002";
const end = "\u0003";

/** Counts sentences in contexts of up to `order` - 1 tokens. A token is a word with the punctuation that touches it. */
export function createNGrams(order = 4) {
  const next = new Map();
  let tokenCount = 0;
  return {
    order,
    get tokenCount() {
      return tokenCount;
    },
    get contextCount() {
      return next.size;
    },
    train(sentence) {
      const tokens = [...Array(order - 1).fill(start), ...tokensOf(sentence), end];
      tokenCount += tokens.length - order;
      for (let i = order - 1; i < tokens.length; i++) {
        for (let length = 0; length < order; length++) {
          const context = keyOf(tokens.slice(i - length, i));
          const counts = next.get(context) ?? new Map();
          counts.set(tokens[i], (counts.get(tokens[i]) ?? 0) + 1);
          next.set(context, counts);
        }
      }
    },
    /** How often each token came after exactly these; undefined if they never occurred. */
    after: (tokens) => next.get(keyOf(tokens)),
  };
}

/**
 * Writes on from the first words of a sentence to its end, token by token. Each model uses the longest context that it has
 * seen; `models` are [{ ngrams, weight }], mixed by their weights.
 */
export function* continueSentence(models, first, { random, temperature = 0.7, maxTokens = 40 }) {
  const order = Math.max(...models.map(({ ngrams }) => ngrams.order));
  const tokens = [...Array(order - 1).fill(start), ...tokensOf(first)];
  yield* tokens.slice(order - 1);
  for (let count = tokens.length - order + 1; count < maxTokens; count++) {
    const token = draw(mixedCounts(models, tokens, order), random, temperature);
    if (token === end) return;
    tokens.push(token);
    yield token;
  }
}

export function tokensOf(text) {
  return text.match(/\S+/g) ?? [];
}

/** A generator of numbers from 0 to 1, the same for the same text (mulberry32, seeded by FNV-1a). */
export function randomFrom(text) {
  let state = 0x811c9dc5;
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function mixedCounts(models, tokens, order) {
  for (let length = order - 1; length >= 0; length--) {
    const context = tokens.slice(tokens.length - length);
    const mixed = new Map();
    for (const { ngrams, weight } of models) {
      for (const [token, count] of ngrams.after(context) ?? []) {
        mixed.set(token, (mixed.get(token) ?? 0) + weight * count);
      }
    }
    if (mixed.size > 0) return mixed;
  }
  return new Map([[end, 1]]);
}

function draw(counts, random, temperature) {
  const chances = [...counts].map(([token, count]) => [token, count ** (1 / temperature)]);
  let rest = random() * chances.reduce((sum, [, chance]) => sum + chance, 0);
  return (chances.find(([, chance]) => (rest -= chance) < 0) ?? chances.at(-1))[0];
}

function keyOf(tokens) {
  return tokens.join(" ");
}
