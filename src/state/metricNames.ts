import table from './metricDirections.json';

type Way = 'higher' | 'lower' | 'none';

/*
 * What libraries say themselves is in the table (scripts/metricDirections.py); here is what none of them says: short
 * names, names of papers and of the libraries that carry no flag. 'none' are longer names that hold one of the others
 * and whose direction is another or unknown: the losses of players against each other, a policy's loss, an F-test's
 * mean squares.
 */
const SAID: Readonly<Record<Way, string>> = {
  higher: `acc accuracies truepositiverate tpr truenegativerate tnr sensitivity specificity positivepredictivevalue ppv
    negativepredictivevalue npv f1 f2 fbeta fscore fmeasure f2score rocauc prauc auprc precisionrecallauc avgprecision
    gini ksstatistic rsquared adjustedr2 adjr2 pearson pearsonr pcc pearsoncorrcoef spearman spearmanr spearmancorrelation
    kendalltau concordanceindex cindex mcc matthewscorrelation quadraticweightedkappa qwk jaccard jaccardscore silhouette
    silhouettescore calinskiharabasz adjustedrandindex normalizedmutualinfo nmi homogeneity completeness vmeasure miou dice
    dicecoef dicecoefficient mar pck ndcg meanreciprocalrank bleu sacrebleu rouge rougel rougelsum meteor chrf cider spice
    em relevance winrate successrate passrate faithfulness groundedness answerrelevance answerrelevancy answercorrectness answersimilarity
    correctness relevancetoquery contextprecision contextrecall psnr ssim msssim snr sdr sisdr pesq stoi reward rewards rew
    episodereturn epreturn meanreturn avgreturn averagereturn cumulativereturn totalreturn annualreturn annualizedreturn sharperatio sharpe sortinoratio profit
    fps throughput loglikelihood loglik llf elbo`,
  lower: `loss losses error err errorrate mse mae nrmse wape wmape mase logloss nll negativeloglikelihood negloglikelihood
    nloglik bitsperbyte bpb bitspercharacter bpc ppl wer cer ter fid kid lpips brier binarycrossentropyloss
    crossentropyloss categoricalcrossentropyloss deviance latency regret cost fpr falsepositiverate fnr falsenegativerate
    falsealarmrate failurerate missrate equalerrorrate eer ece expectedcalibrationerror miscalibrationarea crps ce meanrank ade fde chamferdistance hd95
    daviesbouldin inertia aic bic toxicity demographicparitydifference equalizedoddsdifference peakmemory negelbo
    hallucinationrate`,
  none: `entropyloss policyloss policygradientloss pgloss actorloss gloss dloss generatorloss discriminatorloss genloss
    discloss adversarialloss advloss ganloss lossg lossd d1loss d2loss g1loss g2loss lossactor losspolicy lossentropy piloss
    losspi surrogateloss stoploss weightloss msemodel mseresid msetotal standarderror nulldeviance
    mixedprecision costcomplexity losslandscape`,
};

const WAYS: ReadonlyMap<string, Way> = new Map([
  ...table.higher.map((name) => [name, 'higher'] as const),
  ...table.lower.map((name) => [name, 'lower'] as const),
  ...(['higher', 'lower', 'none'] as const).flatMap((way) =>
    SAID[way].split(/\s+/).map((name) => [name, way] as const),
  ),
]);

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Words that leave the direction of what they stand beside as it is. */
const NEUTRAL =
  words(`train training val valid validation test testing eval evaluation dev holdout oof cv cross mean avg
  average median macro micro weighted binary multi multiclass multilabel best final last overall total all class fold split
  score metric metrics value step epoch x y set data ema max min top at k norm none pct percent percentage b m box mask bbox
  segm coco ovr ovo run result results private public ep episode usd eur`);

/** Words after which it is another thing: a spread, an amount, a bound, a part of the metric's own definition. */
const OTHER =
  words(`std stdev stddev stderr sd var variance sem count num n number threshold thresh cutoff weight weights
  scale coef coefficient index idx iteration iterations epochs timesteps steps alpha limit target size samples features
  tokens params ratio delta diff difference gap change drop improvement reduction increase decrease degradation drift shift
  slope trend penalty decay code bins bits bar margin ci bound upper lower skew kurtosis pvalue resid grad gradient inverse
  inv inverted minus reciprocal percentile corr correlation schedule patience flag rejected chosen free non no not without
  negative prior temperature budget available length len savings saving saved avoided prevented prevention given aversion`);

/** Short words, and words of daily life, that are metrics only where nothing else is said beside them. */
const ALONE =
  words(`meanrank ce map mar l1 l2 ter kid ade fde aic bic snr sdr ece eer cer wer em ppl hr gini kappa dice spice meteor cider
  hinge inertia profit cost toxicity correctness completeness homogeneity relevance jaccard brier mase bpc bpb sharpe dcg f2
  rew crps`);

const TIMES = words('time latency duration runtime elapsed seconds secs');
const TIMED =
  words(`fit inference infer predict prediction score scoring wall elapsed batch iteration sample execution exec
  processing process preprocessing response request forward backward cpu gpu first token build search tuning optimization
  optimisation latency runtime per to load loading sec s ms compute solve startup duration seconds train training eval
  evaluation run epoch step experiment job task query full`);

/** Lists ask of the same names row after row, and a name means the same for ever. */
export function remembered<T>(tell: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const told = known.get(key) ?? tell(key);
    if (known.size >= MOST_REMEMBERED) {
      known.clear();
    }
    if (key.length <= LONGEST_NAME) {
      known.set(key, told);
    }
    return told;
  };
}

const MOST_REMEMBERED = 10_000;
/** Characters; MLflow takes no longer ones. */
const LONGEST_NAME = 250;

/**
 * Which is better, by the name of a metric alone: what libraries say of theirs, read through prefixes of autologging,
 * camel case, `@k` and groups before a slash. 'unknown' wherever the name leaves a doubt: a wrong direction stars the worst
 * run, an unknown one nothing.
 */
export const directionOfName = remembered((key): 'higher' | 'lower' | 'unknown' => {
  if (key.startsWith('system/') || /^\s*1\s*-/.test(key)) {
    return 'unknown';
  }
  // CatBoost's ERR is the expected reciprocal rank; elsewhere capitals may be anybody's error.
  if (/(^|[^A-Za-z])ERR($|[^A-Za-z])/.test(key)) {
    return /^((learn|test|validation)[-_/ ])?ERR($|:)/.test(key) ? 'higher' : 'unknown';
  }
  if (/(samples|steps|tokens|frames|images|examples|episodes|requests)(_per_|\/)(s|sec|second)$/i.test(key)) {
    return 'higher';
  }
  if (/(^|[^a-z])(pass|hits?|hr|coverage|success)(@|_at_)(\d+|k)$/i.test(key)) {
    return 'higher';
  }
  const units = unitsOf(key);
  // The place of a candidate in a search of scikit-learn: 1 is the best.
  if (units[0] === 'rank' && units[1] === 'test') {
    return 'lower';
  }
  // 1 minus a deviance by that of the mean (scikit-learn), whatever the deviance.
  if (units.includes('d2') && units.at(-1) === 'score') {
    return 'higher';
  }
  return timeWay(units) ?? way(units) ?? scoreWay(key, units) ?? 'unknown';
});

/** Words of the last group that says more than a stage or a mean ("latency/mean" is "latency mean"), in small letters. */
export function unitsOf(key: string): string[] {
  const groups = key.split('/').map((group) =>
    group
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean),
  );
  let units: string[] = [];
  while (groups.length > 0 && units.every(isNeutral)) {
    units = [...groups.pop()!, ...units];
  }
  return units;
}

/** Whether a word leaves it open what is measured: a stage, a mean, a fold, a number. */
export function isNeutral(unit: string): boolean {
  return NEUTRAL.has(unit) || /^([pvx]|top|split|fold|class)?\d+$/.test(unit);
}

function timeWay(units: readonly string[]): 'lower' | 'unknown' | undefined {
  if (!units.some((unit) => TIMES.has(unit))) {
    return undefined;
  }
  const fits = units.every((unit) => TIMES.has(unit) || TIMED.has(unit) || isNeutral(unit));
  // A bare "time" or "duration" may be the very thing that is modelled; a "time step" is no time.
  const said = units.some((unit) => TIMED.has(unit) || unit === 'total');
  const step = /^(step|sample|epoch)$/.test(units.at(-1)!) && !units.includes('per');
  return fits && said && !step ? 'lower' : 'unknown';
}

interface Found {
  word: string;
  way: Way;
  from: number;
  end: number;
}

/** With a word after them these are only what it is about: the detection of errors, a reward's design. */
const GOVERNING = /^(error|err|cost|rewards?|rew|latency)$/;

function way(units: readonly string[]): 'higher' | 'lower' | 'unknown' | undefined {
  const found: Found[] = [];
  const rest: string[] = [];
  for (let from = 0; from < units.length;) {
    const match = longest(units, from);
    if (match) {
      found.push({ ...match, from });
      from = match.end;
    } else {
      rest.push(units[from]!);
      from++;
    }
  }
  const last = found.at(-1);
  if (!last) {
    return undefined;
  }
  const alone = rest.every((unit) => isNeutral(unit) || /^neg(ated)?$/.test(unit));
  const atEpoch = /^(epoch|step)$/.test(units.at(-1)!) && units.some((unit) => /^(best|min|max)$/.test(unit));
  if (
    atEpoch ||
    (GOVERNING.test(last.word) && units.slice(last.end).some((unit) => !isNeutral(unit))) ||
    rest.some((unit) => OTHER.has(unit)) ||
    found.some((each) => each.way === 'none' || (ALONE.has(each.word) && !alone && found.length === 1))
  ) {
    return 'unknown';
  }
  const ways = new Set(found.map((each) => each.way));
  if (ways.size > 1) {
    // "dice loss", "reward error": the last word is what it is.
    return /^(loss|losses|error)$/.test(last.word) ? 'lower' : 'unknown';
  }
  if (rest.includes('neg') || rest.includes('negated')) {
    return negated(units, last);
  }
  return last.way === 'none' ? 'unknown' : last.way;
}

/** Errors are negated to be scores; "neg" beside a score or a bare loss is a class, or samples. */
function negated(units: readonly string[], { word, way: own, from }: Found): 'higher' | 'unknown' {
  const before = units.slice(0, from).some((unit) => unit === 'neg' || unit === 'negated');
  return before && own === 'lower' && !/^(loss|losses|error|err)$/.test(word) ? 'higher' : 'unknown';
}

const MOST_UNITS = 8;

/** The longest run of words that is a known name, written together; without its number last ("rouge1", "fid50k"). */
function longest(
  units: readonly string[],
  from: number,
): { word: string; way: Way; end: number } | undefined {
  for (let end = Math.min(units.length, from + MOST_UNITS); end > from; end--) {
    const joined = units.slice(from, end).join('');
    const exact = WAYS.get(joined);
    if (exact) {
      return { word: joined, way: exact, end };
    }
    const bare = joined.replace(/\d{1,4}k?$/, '');
    const numbered = bare.length > 2 && bare !== joined ? WAYS.get(bare) : undefined;
    if (numbered) {
      return { word: bare, way: numbered, end };
    }
  }
  return undefined;
}

/** A score of nothing else than the model: an anomaly's, a risk's, a drift's may be better low. */
function scoreWay(key: string, units: readonly string[]): 'higher' | undefined {
  if (!units.includes('score')) {
    return undefined;
  }
  // MLflow's autologging of scikit-learn: the estimator's own score of a data set.
  const own = /^[A-Z]\w*(Classifier|Regressor|Regression|CV|Pipeline|SVC|SVR|NB|Lasso|Ridge|Net)_score(_|$)/;
  return own.test(key) || units.every((unit) => isNeutral(unit) || unit === 'quality') ? 'higher' : undefined;
}
