/** Maps the features of an import to kitty's features. */
import { KittyError } from '../../errors/kitty-error.js'
import { quoted } from '../../errors/secrets.js'
import { featureName, lastFeature, nextFeatureName, numberOfFeature } from '../../specs/feature-name.js'
import type { TransferDocument, TransferFeature } from '../../transfer/document.js'
import { isOfFeature } from '../../transfer/feature-drafts.js'
import { asInKey } from '../../transfer/keys.js'
import { fileWords } from '../../transfer/text.js'

export interface TargetChoice {
  readonly document: TransferDocument
  /** Part of every key, for features that do not have their own source. */
  readonly source: string
  /** The value of `--feature`: an existing feature, or the words of a new one. */
  readonly asked: string | undefined
  readonly inPlace: boolean
  /** Existing features, whether as folders or in the log. */
  readonly known: readonly string[]
  /** What imports of this format created before, in the log's order, features first. */
  readonly creations: readonly ImportedCreation[]
  /** Nothing may be written to these features. */
  readonly archived: readonly string[]
}

/** A feature or package that an import created: of which source's item, and in which feature. */
export interface ImportedCreation {
  /** As in keys. */
  readonly source: string
  /** As in keys. */
  readonly item: string
  readonly feature: string
}

export interface ChosenTarget {
  readonly feature: TransferFeature
  readonly slug: string
  readonly source: string
  /** True for a feature that the source no longer has: its packages are gone from there, too. */
  readonly isGone: boolean
}

/** Leaves out the missions that no command could name as features, since their folders keep their names. */
export function adoptable(document: TransferDocument): TransferDocument {
  const features = document.features.filter(({ name }) => featureName(name) !== undefined)
  const unnamed = document.features.filter((feature) => !features.includes(feature))
  const problems = unnamed.map(({ name }) => ({
    file: name,
    line: null,
    message: 'is no name of a feature: rename the folder to a number and words, as in 001-login',
  }))
  return { ...document, features, problems: [...document.problems, ...problems] }
}

/** @throws KittyError UsageError if `--feature` cannot be used */
export function chooseTargets(choice: TargetChoice): ChosenTarget[] {
  const { document, asked } = choice
  if (asked !== undefined && document.features.length > 1) throw severalFeatures(document)
  const taken = [...choice.known]
  const present = document.features.map((feature) => {
    const source = feature.source ?? choice.source
    const slug = importedBefore(choice, feature, source) ?? nameFor(choice, feature, taken)
    if (!taken.includes(slug)) taken.push(slug)
    return { feature, slug, source, isGone: false }
  })
  return [...present, ...goneTargets(choice, new Set(present.map(({ slug }) => slug)))]
}

/** The features that earlier imports of this source made packages in, and that it no longer has. */
function goneTargets(
  { asked, source, creations, archived }: TargetChoice,
  present: ReadonlySet<string>,
): ChosenTarget[] {
  // A feature that is a source of its own may be in another folder.
  if (asked !== undefined || source === '') return []
  const name = asInKey('source', source)
  const own = creations.filter((one) => one.source === name && !isOfFeature(one.item))
  const gone = new Set(own.map(({ feature }) => feature))
  return [...gone]
    .filter((slug) => !present.has(slug) && !archived.includes(slug))
    .map((slug) => ({ feature: emptyFeature(slug), slug, source, isGone: true }))
}

function emptyFeature(slug: string): TransferFeature {
  return {
    id: '',
    source: null,
    name: slug,
    title: slug,
    mission: null,
    createdAt: null,
    createdBy: null,
    items: [],
    notes: [],
  }
}

/** The feature to which an earlier import of this source wrote. */
function importedBefore(
  { asked, creations }: TargetChoice,
  feature: TransferFeature,
  source: string,
): string | undefined {
  if (asked !== undefined) return undefined
  const items = new Set([`~${feature.id}`, ...feature.items.map(({ id }) => asInKey('item', id))])
  const name = asInKey('source', source)
  return creations.find((one) => one.source === name && items.has(one.item))?.feature
}

function nameFor(
  { asked, inPlace }: TargetChoice,
  feature: TransferFeature,
  taken: readonly string[],
): string {
  if (inPlace) return feature.name
  if (asked !== undefined && (taken.includes(asked) || featureName(asked) !== undefined)) return asked
  const words = asked ?? feature.name
  // Keep a name that already is a feature name if it is free, such as a mission of another repository or an export from
  // kitty.
  const own = featureName(words)
  const number = own?.number
  const isFree = !taken.some(
    (slug) => slug === words || (number !== undefined && numberOfFeature(slug) === number),
  )
  if (own !== undefined && isFree) return words
  const next = nextFeatureName(fileWords(own?.words ?? words), taken)
  if (next === undefined) throw noNumberLeft(feature, lastFeature(taken) ?? '')
  return next
}

function noNumberLeft({ name }: TransferFeature, last: string): KittyError {
  return new KittyError(
    'UsageError',
    `There is no number left for ${quoted(name, 60)} after that of kitty-specs/${last}.`,
    {
      nextSteps: [
        'Run the import with --feature NUMBER-NAME and a free number, or rename that folder if its number is a mistake.',
      ],
      context: { feature: name, last },
    },
  )
}

function severalFeatures(document: TransferDocument): KittyError {
  const names = document.features.map(({ name }) => name)
  return new KittyError(
    'UsageError',
    `--feature names one feature, and the source has ${names.length}: ${names.slice(0, 5).join(', ')}.`,
    {
      nextSteps: ['Run the import without --feature: each comes into a feature of its own.'],
      context: { features: names },
    },
  )
}
