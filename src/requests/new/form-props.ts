/** Turns the chart, and what the organization offers, into the props of the form's page. */
import { dayIn } from '#src/adapters/time-zone.ts';
import type { TakenOver } from '#src/requests/form/draft-store.ts';
import { filledBy, filledIn } from '#src/requests/form/from-chart.ts';
import { asFilledIn, filledText } from '#src/requests/form/keep-typed.ts';
import { isFor, type Offer } from '#src/requests/form/offered.ts';
import { ownName } from '#src/requests/form/service-questions.ts';
import { PICK, picksOf, type TypedRequest } from '#src/requests/form/typed-request.ts';
import {
  CHOSEN_SECTIONS,
  type ChartFact,
  type ChartFacts,
  type ChartSection,
  chosenFrom,
  keyOf,
  sourceText,
} from '#src/requests/prefill/facts.ts';
import { SERVICE_SECTIONS } from '#src/settings/service.ts';
import { demandOf } from '#src/settings/shown-when.ts';
import type { OfferedService } from '#views/requests/new-request-own.ts';
import type { NewRequestChartProps, OfferedReceiver } from '#views/requests/new-request-page.ts';

/** The end of a key: short, and still different for each value. */
const markOf = (fact: ChartFact) => keyOf(fact).slice(-12);
/** The mark of a value that the form did not show when it was last posted, so that the user has not decided on it. */
const NEW = 'New here since you began: please check';

/** @param of.values what was typed so far; what the chart fills in is added to it once. */
export function chartPropsOf(of: {
  chart: ChartFacts;
  values: TypedRequest;
  /** For a correction that was not shown yet: what it took from the chart is chosen, and nothing else. */
  taken?: TakenOver | undefined;
  /** Its fields hold what the replaced request says, with which its review compares them. */
  isCorrection: boolean;
  problems: Readonly<Record<string, string>>;
  now: Date;
  timeZone: string;
}): Omit<NewRequestChartProps, 'base' | 'canLook' | 'services'> {
  const { chart } = of;
  const today = dayIn(of.now, of.timeZone);
  const [isShown, ...marks] = (of.values['chart'] ?? '').split(' ');
  const references = isShown ? undefined : of.taken?.references;
  const values = filledIn(of.values, chart, references);
  const picks = picksOf(values);
  const valueOf = (fact: ChartFact) => ({ ...fact, source: sourceText(fact, today) });
  const choicesOf = ({ facts, remark }: ChartSection) => ({
    remark,
    choices: facts.map((fact) => {
      const key = keyOf(fact);
      const doubts = [fact.doubt, isShown && !marks.includes(markOf(fact)) && NEW].filter(Boolean);
      const doubt = doubts.join('. ') || undefined;
      return { ...valueOf(fact), doubt, name: `${PICK}${key}`, isChosen: picks.includes(key) };
    }),
  });
  const factsOf = ({ facts, remark }: ChartSection) => ({ values: facts.map(valueOf), remark });
  const sources = filledBy(chart);
  const { from, phone, language } = sources;
  const filled = isShown ? (of.values['filled'] ?? '') : filledText(values);
  return {
    form: { values, problems: of.problems },
    filled,
    shown: ['shown', ...CHOSEN_SECTIONS.flatMap((name) => chart[name].facts.map(markOf))].join(' '),
    gone: of.isCorrection ? [] : asFilledIn({ ...values, filled }).filter((name) => sources[name].length === 0),
    isChartChanged: chosenFrom(chart, picks).missing > 0 || picks.length < (references?.length ?? 0),
    sources: { from: from.map(valueOf), phone: phone.map(valueOf), language: language.map(valueOf) },
    reasons: choicesOf(chart.reasons),
    allergies: choicesOf(chart.allergies),
    measures: choicesOf(chart.measures),
    insurance: choicesOf(chart.insurance),
    facts: { patient: factsOf(chart.patient), requester: factsOf(chart.requester), where: factsOf(chart.where) },
  };
}

/** Services with their questions and the receivers that do not take them, and the receivers. */
export function offerPropsOf({ services, receivers }: Offer): {
  services: OfferedService[];
  receivers: OfferedReceiver[];
} {
  return {
    services: services.map((service) => ({
      value: service.value,
      text: service.text,
      unused: [
        ...SERVICE_SECTIONS.filter((section) => !service.sections.includes(section)),
        ...receivers.filter((receiver) => !isFor(receiver, service.value)).map(({ name }) => `receiver ${name}`),
      ],
      questions: service.fields.map((field) => {
        const { label, kind, choices, shown } = field;
        const inForm = (name: string) => ownName(service.value, name);
        return {
          name: inForm(field.name),
          label,
          kind,
          choices,
          demand: demandOf(field, service),
          shown: shown.map((clause) => clause.map(({ field: other, test, value }) => [inForm(other), test, value])),
        };
      }),
    })),
    receivers: receivers.map(({ name, kind, telephone }) => ({
      name,
      text: [name, kind, telephone].filter(Boolean).join(' · '),
    })),
  };
}
