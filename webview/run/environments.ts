import { html, nothing, type TemplateResult } from 'lit';
import type { RunEnvironment } from '../../src/compare/runEnvironment';
import type { StoreError } from '../../src/mlflow/errors';
import { plainText } from '../../src/mlflow/format';
import { matches } from '../ui/filterBox';
import { emptyState, errorState, skeleton } from '../ui/states';
import { text } from '../ui/text';
import { valueTable } from '../ui/valueTable';

export interface EnvironmentOptions {
  filter: string;
  /** Packages whose version is shown whole, as `environment\n<model>\n<package>`. */
  opened: ReadonlySet<string>;
  toggle: (key: string) => void;
  copy: (text: string, what: string) => void;
}

/** What the run's models, and the run itself, were made with. */
export function environments(
  known: readonly RunEnvironment[] | StoreError | undefined,
  options: EnvironmentOptions,
): TemplateResult {
  if (known === undefined) {
    return skeleton(4, 'Reading the environment');
  }
  if (!Array.isArray(known)) {
    return errorState((known as StoreError).message, []);
  }
  const all = known as readonly RunEnvironment[];
  if (all.length === 0) {
    return emptyState(
      'No environment was recorded: neither a model of this run nor its artifacts hold a requirements.txt, python_env.yaml or conda.yaml that can be read.',
    );
  }
  return html`${all.map((environment) => one(environment, options))}`;
}

function one(
  { model, files, python, packages, unread }: RunEnvironment,
  { filter, opened, toggle, copy }: EnvironmentOptions,
): TemplateResult {
  const prefix = `environment\n${model}\n`;
  const pairs = packages.filter(({ key, value }) => matches(filter, key, value));
  const place = model === '' ? 'the run’s ' : html`${text(model)}/`;
  return html`${
    files.length === 0
      ? nothing
      : html`<h3 class="muted">
          ${python === null ? nothing : html`Python ${text(python)}, `}${packages.length} packages, from
          ${place}${plainText(files.join(', '), 200)}
        </h3>`
  }
  ${unread.map((sentence) => html`<p class="muted">${place}${text(sentence, 400)}</p>`)}
  ${
    pairs.length === 0
      ? nothing
      : valueTable({
          pairs,
          keyTitle: 'Package',
          valueTitle: 'Version',
          opened: new Set(pairs.map(({ key }) => key).filter((key) => opened.has(prefix + key))),
          toggle: (key) => toggle(prefix + key),
          copy: (value, key) => copy(requirement(key, value), key),
        })
  }`;
}

/** As a line of requirements.txt. */
function requirement(name: string, version: string): string {
  return version === 'any' ? name : /^\d/.test(version) ? `${name}==${version}` : `${name}${version}`;
}
