import { valueOf } from '../../../src/mlflow/entities';
import type { Fact } from '../../../src/mlflow/writer';
import type { MemoryContent } from './content';

/** What a fact's subject is in a content, as text. */
export function factOf({ parts }: MemoryContent, subject: Fact['subject']): string | null {
  const model = 'name' in subject ? parts.models.get(subject.name) : undefined;
  const version =
    'version' in subject
      ? model?.versions.find((candidate) => candidate.version === subject.version)
      : undefined;
  switch (subject.kind) {
    case 'modelVersion':
      return text(version?.[subject.field]);
    case 'versionsInStage':
      return model
        ? model.versions
            .filter(({ currentStage }) => currentStage === subject.stage)
            .map((found) => found.version)
            .reverse()
            .join(',')
        : '';
    case 'alias':
      return text(model?.aliases.find(({ alias }) => alias === subject.alias)?.version);
    case 'modelVersionTag':
      return text(valueOf(version?.tags ?? [], subject.key));
    case 'registeredModel':
      return subject.field === 'exists' ? (model ? 'true' : null) : text(model?.[subject.field]);
    case 'registeredModelTag':
      return text(valueOf(model?.tags ?? [], subject.key));
    case 'run': {
      const info = parts.runs.get(subject.runId)?.info;
      return text(subject.field === 'name' ? info?.runName : info?.lifecycleStage);
    }
    case 'tag':
      return text(valueOf(parts.runs.get(subject.runId)?.tags ?? [], subject.key));
    case 'experiment':
      return text(parts.experiments.get(subject.experimentId)?.[subject.field]);
    case 'experimentTag':
      return text(valueOf(parts.experiments.get(subject.experimentId)?.tags ?? [], subject.key));
    case 'experimentNamed': {
      const found = [...parts.experiments.values()].find(({ name }) => name === subject.name);
      return text(found?.lifecycleStage);
    }
    case 'loggedModel':
      return text(parts.loggedModels.get(subject.modelId)?.artifactLocation);
  }
}

function text(value: string | number | null | undefined): string | null {
  return value === undefined || value === null ? null : String(value);
}
