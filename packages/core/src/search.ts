/** The filter language: parser, evaluator, and what a store needs to compile a filter. */
export type * from "./search/tree.js";
export { attributeOf, contentOf } from "./search/content.js";
export { toFilterTree } from "./search/check-filter.js";
export { compileClauseTest, positiveOpOf } from "./search/clause-test.js";
export { assessmentValues } from "./search/field-values.js";
export { compileFilter, type FilterMatcher } from "./search/evaluate.js";
export {
  factsOf,
  fieldNames,
  maybeMeantField,
  operatorsOf,
  type FieldFacts,
  type FieldType,
  type FilterNeeds,
} from "./search/fields.js";
export { formatField, formatFilter } from "./search/format.js";
export { clauseGrams, createGramSet, hasGrams, requiredGrams, type GramSet } from "./search/grams.js";
export { compileLike } from "./search/like.js";
export { filterLimits, parseFilter } from "./search/parse.js";
export { compileRegex, type Regex } from "./search/regex.js";
export { requiredTexts, type RequiredTexts } from "./search/required-texts.js";
export { filterNeeds, inOrderOfNeeds, scopeFilter, type ScopedFilter } from "./search/scope.js";
export {
  toFilterAssessments,
  type FilterAssessment,
  type FilterSpan,
  type FilterSubject,
} from "./search/subject.js";
export type { FilterSyntaxError } from "./search/syntax-error.js";
