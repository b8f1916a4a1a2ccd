import { elementsOf, listOf } from '../iteration';
import { argument, type Machine, type Site } from '../machine';
import { anyOf, constant, text, UNKNOWN, type ObjectData, type Value } from '../values';
import { objectOf } from './objects';

/** Fields that TrainingArguments may compute anew from others, from the environment or from the machine (5.24). */
const COMPUTED = new Set(
  (
    'accelerator_config activation_checkpointing dataloader_multiprocessing_context dataloader_pin_memory ddp_backend ' +
    'deepspeed disable_tqdm do_eval eval_steps evaluation_strategy fsdp fsdp_config fsdp_min_num_params ' +
    'gradient_checkpointing greater_is_better half_precision_backend hub_private_repo include_num_input_tokens_seen ' +
    'label_names local_rank logging_dir logging_steps lr_scheduler_kwargs metric_for_best_model mixed_precision ' +
    'no_cuda optim_args optim_target_modules output_dir parallelism_config run_name save_steps tf32 torch_compile ' +
    'torch_compile_backend torch_compile_mode use_cpu warmup_steps'
  ).split(' '),
);

/**
 * `trainer.train()`: MLflowCallback logs the configuration of the model, and over it the TrainingArguments as their
 * `to_dict` gives them (transformers 5.24, integrations/integration_utils.py and training_args.py).
 */
export function trainTransformers(m: Machine, trainer: ObjectData, site: Site): void {
  const training = argument(trainer.args, 1, 'args');
  const settings = training ? objectOf(training, /TrainingArguments$/) : null;
  if (!settings) {
    return;
  }
  const config = configOf(argument(trainer.args, 0, 'model'));
  const name = (object: ObjectData): string => object.path.split('.').at(-1)!;
  const owners = [settings, ...(config ? [config] : [])].map((each) => ({ prefix: '', name: name(each) }));
  const call = m.autolog('transformers', site, owners, settings.args.open || config?.args.open === true);
  const given = new Map(settings.args.named);
  if (settings.args.positional[0]) {
    given.set('output_dir', settings.args.positional[0]);
  }
  for (const [key, value] of given) {
    m.log(constant('str', key, null), normalised(m, key, value), site, call);
  }
  for (const [key, value] of config?.args.named ?? []) {
    if (!given.has(key)) {
      m.log(constant('str', key, null), enumText(value), site, call);
    }
  }
}

/** The configuration that a model is made of: `BertModel(BertConfig(…))`, `AutoModel.from_config(config)`. */
function configOf(model: Value | undefined): ObjectData | null {
  const made = model ? objectOf(model, /^transformers\.[\w.]+$/) : null;
  const config = made ? argument(made.args, 0, 'config') : undefined;
  return config ? objectOf(config, /^transformers\.[\w.]*Config$/) : null;
}

/** A field as `TrainingArguments(…).to_dict()` has it. */
function normalised(m: Machine, key: string, value: Value): Value {
  if (key.endsWith('_token')) {
    return constant('str', `<${key.toUpperCase()}>`, value.origin);
  }
  switch (key) {
    case 'report_to':
      return reportTo(m, value);
    case 'debug': {
      const words = text(value);
      return words === null ? enumText(value) : texts(m, words.split(/\s+/).filter(Boolean), value);
    }
    default:
      return COMPUTED.has(key) ? anyOf([enumText(value), UNKNOWN]) : enumText(value);
  }
}

/** One integration becomes a list of it; `none` an empty one; `all` those that are installed. */
function reportTo(m: Machine, value: Value): Value {
  const elements = value.data.kind === 'list' ? elementsOf(m, value) : null;
  const names = elements ? elements.items.map(text) : [text(value)];
  if (names.includes(null) || elements?.exact === false || (names.length === 1 && names[0] === 'all')) {
    return UNKNOWN;
  }
  return texts(m, names.length === 1 && names[0] === 'none' ? [] : (names as string[]), value);
}

function texts(m: Machine, words: readonly string[], { origin }: Value): Value {
  return listOf(
    m,
    words.map((word) => constant('str', word, origin)),
    origin,
  );
}

/** A member of an enumeration is logged as its value, which is its name in small letters. */
function enumText(value: Value): Value {
  const { data } = value;
  const member =
    data.kind === 'library' ? /^transformers\.[\w.]*\b([A-Z][A-Z\d_]*)$/.exec(data.path)?.[1] : undefined;
  return member === undefined ? value : anyOf([constant('str', member.toLowerCase(), value.origin), UNKNOWN]);
}
