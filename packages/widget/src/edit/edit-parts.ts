/** The parts that edit tags, feedback and expectations, in one chunk that is loaded when an editable trace is opened. */
export { AssessmentForm } from "./assessment-form.js";
export { createEditModel, type EditModel } from "./edit-model.js";
export { EditOutcomes } from "./edit-outcomes.js";
export { TagForm } from "./tag-form.js";
