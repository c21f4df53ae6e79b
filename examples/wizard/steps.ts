// What a booking asks for: three steps, each with a schema that says in words what is missing.
import { z } from 'zod';

/** A control of a step. `options` makes it a choice. */
export interface Control {
  readonly label: string;
  readonly type?: string;
  readonly options?: readonly string[];
  readonly autocomplete?: string;
}

export interface Step {
  readonly name: string;
  readonly title: string;
  readonly controls: Readonly<Record<string, Control>>;
  readonly schema: z.ZodType;
}

const filled = (message: string) => z.string().trim().min(1, message);
const today = () => new Date().toISOString().slice(0, 10);

export const steps: readonly Step[] = [
  {
    name: 'you',
    title: 'Who are you?',
    controls: {
      name: { label: 'Your name', autocomplete: 'name' },
      email: { label: 'Your e-mail address', type: 'email', autocomplete: 'email' },
    },
    schema: z.object({
      name: filled('Please say who you are.').max(60, 'That is too long for a name tag.'),
      email: filled('We send the ticket there.').pipe(z.email('That is no e-mail address yet.')),
    }),
  },
  {
    name: 'visit',
    title: 'When do you come?',
    controls: {
      day: { label: 'Day', type: 'date' },
      guests: { label: 'How many are you?', type: 'number' },
    },
    schema: z.object({
      day: filled('Please choose a day.').refine((day) => day >= today(), 'That day is over.'),
      guests: filled('Please say how many you are.')
        .transform(Number)
        .pipe(
          z
            .number('That is no number.')
            .int('Whole people only.')
            .min(1, 'At least one has to come.')
            .max(8, 'Our table has eight seats.'),
        ),
    }),
  },
  {
    name: 'wishes',
    title: 'What shall we cook?',
    controls: {
      menu: { label: 'Menu', options: ['Vegetables', 'Fish', 'Surprise me'] },
      note: { label: 'Anything we should know?' },
    },
    schema: z.object({
      menu: filled('Please choose one.'),
      note: z.string().trim().max(200, 'At most 200 letters, please.'),
    }),
  },
];

/** What is wrong with what was typed so far: the first message for each control, by name. */
export function problemsOf({ schema }: Step, draft: Readonly<Record<string, string>>): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { path, message } of schema.safeParse(draft).error?.issues ?? []) problems[String(path[0])] ??= message;
  return problems;
}
