import { plainText } from '../mlflow/format';
import { parseYaml } from '../mlflow/yaml';
import { readEnvironment } from './environment';
import type { SideFacts } from './types';

/** Files of one side that are told of; of more there is no end. */
const MOST_TOLD = 3;

/** "conda.yaml is not read: The YAML text is nested deeper than 100 levels." */
export function unreadSentence(file: string, error: unknown): string {
  const why = error instanceof Error ? error.message.split('\n')[0]! : '';
  return `${plainText(file, 100)} is not read: ${plainText(why, 200).replace(/[.:]?$/, '.')}`;
}

/** A sentence for each file of a side's models and environments that could not be read: what it says is not compared. */
export function unreadFiles({ models, environment }: SideFacts): string[] {
  const files: [string, (text: string) => unknown, string][] = [...(environment ?? [])].map(
    ([path, text]) => [path, (content) => readEnvironment(path, content), text],
  );
  for (const model of models ?? []) {
    if (model.mlmodel !== null) {
      files.push(['MLmodel', parseYaml, model.mlmodel]);
    }
    model.environment.forEach((text, name) =>
      files.push([name, (content) => readEnvironment(name, content), text]),
    );
  }
  return files
    .flatMap(([file, read, text]) => {
      try {
        read(text);
        return [];
      } catch (error) {
        return [unreadSentence(file, error)];
      }
    })
    .slice(0, MOST_TOLD);
}
