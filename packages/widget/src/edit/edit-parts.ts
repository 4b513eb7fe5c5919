/** What changes tags, feedback and expectations, in one chunk that is loaded where a trace is opened that may be changed. */
export { AssessmentForm } from "./assessment-form.js";
export { createEditModel, type EditModel } from "./edit-model.js";
export { EditOutcomes } from "./edit-outcomes.js";
export { TagForm } from "./tag-form.js";
