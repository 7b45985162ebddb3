/** Reads the options of a Questionnaire's choice as the texts that a user chooses from. */
import { isJsonObject, type JsonObject } from '#src/adapters/json-object.ts';
import { asText } from '#src/smart/fhir/fields.ts';
import { hasChoices, LONGEST_CHOICE, MOST_CHOICES, type OwnField } from './service.ts';

/** An item that was read, which later conditions may refer to. */
export interface ReadItem {
  readonly field: OwnField;
  /** For a choice, the codings of its options and their texts. */
  readonly codes: readonly { readonly coding: JsonObject; readonly text: string }[];
  /** For a number with a unit, the unit as words and as a code. */
  readonly units: readonly string[];
}

const ONLY_FOR_CHOICES = 'answerOption is supported for choice and open-choice only';

/** @param item untrusted. */
export function optionsOf(item: JsonObject, kind: string) {
  const { answerOption, answerValueSet } = item;
  const options: unknown[] = Array.isArray(answerOption) ? answerOption : [];
  const none = { choices: [], codes: [] };
  if (answerValueSet !== undefined)
    return { ...none, problems: ['answerValueSet is not supported: list the options as answerOption'] };
  if (!hasChoices(kind)) return { ...none, problems: options.length > 0 ? [ONLY_FOR_CHOICES] : [] };
  if (options.length < 2 || options.length > MOST_CHOICES)
    return { ...none, problems: [`a choice must have 2 to ${MOST_CHOICES} answerOption`] };
  const read = options.map(optionOf);
  const choices = read.flatMap(({ text }) => text ?? []);
  const isRepeated = new Set(choices).size < choices.length;
  return {
    choices,
    codes: read.flatMap(({ coding, text }) => (coding && text !== undefined ? [{ coding, text }] : [])),
    problems: [
      ...read.flatMap(({ problem }, index) => (problem === undefined ? [] : [`answerOption ${index + 1} ${problem}`])),
      ...(isRepeated ? ['two answerOption have the same text'] : []),
    ],
  };
}

function optionOf(option: unknown): { text?: string; coding?: JsonObject; problem?: string } {
  const { valueCoding, valueString, modifierExtension } = isJsonObject(option) ? option : {};
  if (modifierExtension !== undefined) return { problem: 'must not have a modifierExtension' };
  const coding = isJsonObject(valueCoding) ? valueCoding : undefined;
  const text = coding ? (asText(coding['display'], 500) ?? asText(coding['code'], 500)) : asText(valueString, 500);
  if (text === undefined) return { problem: 'must have a valueCoding with display or code, or a valueString' };
  if (text.length > LONGEST_CHOICE) return { problem: `must have at most ${LONGEST_CHOICE} characters` };
  if (text.includes('|')) return { problem: 'must not contain |' };
  return coding ? { text, coding } : { text };
}
