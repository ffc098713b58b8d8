import { KittyError } from '../errors/kitty-error.js'
import { featureName } from '../specs/feature-name.js'
import { assertSlug } from './slug.js'
import { pathInside, SEPARATOR } from '../platform/paths.js'
import { sentence, shownCommand, shownWords } from '../errors/next-step.js'

export interface FeatureClues {
  /** `--feature`: whole name, number, ULID or words. */
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Branch of the checkout in which the command runs. */
  readonly branch?: string | undefined
  readonly cwd: string
  readonly worktree: string
  /** Slugs of the existing features. */
  readonly features: readonly string[]
}

/**
 * Determines which feature a command is about, in the order that docs/commands.md gives: flag, KITTY_FEATURE, branch,
 * folder, the only existing feature. Never guesses: a branch or folder that belongs to no known feature is ignored.
 * @throws KittyError UsageError, UnknownFeature, AmbiguousFeature (with the list).
 */
export function resolveFeature(clues: FeatureClues): string {
  const asked = nonEmpty(clues.flag) ?? nonEmpty(clues.env['KITTY_FEATURE'])
  if (asked !== undefined) return named(asked, clues.features)
  const found = fromBranch(clues) ?? fromFolder(clues)
  if (found !== undefined) return found
  const [only, ...others] = clues.features
  if (only === undefined) throw noFeatures()
  if (others.length === 0) return only
  throw new KittyError(
    'AmbiguousFeature',
    'There are several features, and nothing says which one is meant.',
    {
      nextSteps: clues.features.flatMap((slug) => shownWords(['--feature', slug])),
      context: { features: clues.features },
    },
  )
}

const PLAIN = /^[a-z0-9-]{1,100}$/
const ULID_START = /^[0-7][0-9A-HJKMNP-TV-Z]{7}$/i

/** Looks up a feature by whole name, number, ULID or words, and stops at the first of these that matches. */
function named(asked: string, features: readonly string[]): string {
  // For a likely mistyped slug, the error lists the existing slugs; for a likely path, it gives the allowed form.
  if (!PLAIN.test(asked) && !ULID_START.test(asked)) assertSlug(asked)
  const names = features.flatMap((slug) => featureName(slug) ?? [])
  const number = /^[0-9]{1,9}$/.test(asked) ? Number(asked) : undefined
  const ways = [
    names.filter(({ slug }) => slug === asked),
    names.filter((name) => number !== undefined && name.number === number),
    names.filter(({ ulid }) => ulid?.toUpperCase() === asked.toUpperCase()),
    names.filter(({ words }) => words === asked),
  ]
  const [match, ...others] = ways.find((found) => found.length > 0) ?? []
  if (match === undefined) throw unknown(asked, features)
  const twins = names.filter(({ slug }) => slug.toLowerCase() === match.slug.toLowerCase())
  const matches = others.length > 0 ? [match, ...others] : twins
  if (matches.length === 1) return match.slug
  const slugs = matches.map(({ slug }) => slug)
  throw new KittyError('AmbiguousFeature', `Several features are called ${asked}: ${slugs.join(', ')}.`, {
    nextSteps:
      others.length > 0
        ? [sentence`Give one of these names: ${slugs}`]
        : [
            'their names differ only in case, which not every file system keeps apart: rename one of the folders',
          ],
    context: { features: slugs },
  })
}

function fromBranch({ branch, features }: FeatureClues): string | undefined {
  return branch === undefined ? undefined : knownSlug(branch, features)
}

/** Matches `kitty-specs/<slug>/…` in any checkout, or a work package's own worktree `.worktrees/<slug>-WPxx/…`. */
function fromFolder({ cwd, worktree, features }: FeatureClues): string | undefined {
  const inside = (pathInside(worktree, cwd) ?? '').split('/')
  if (inside[0] === 'kitty-specs') return knownSlug(inside[1] ?? '', features)
  const above = cwd.split(SEPARATOR)
  const at = above.lastIndexOf('.worktrees')
  return at < 0 ? undefined : knownSlug(above[at + 1] ?? '', features)
}

function knownSlug(name: string, features: readonly string[]): string | undefined {
  if (features.includes(name)) return name
  const withoutWorkPackage = name.replace(/-WP[0-9]+$/, '')
  return features.includes(withoutWorkPackage) ? withoutWorkPackage : undefined
}

function unknown(asked: string, features: readonly string[]): KittyError {
  if (features.length === 0) return noFeatures()
  return new KittyError('UnknownFeature', `There is no feature ${asked}.`, {
    nextSteps: [sentence`There are: ${features}`],
    context: { asked, features },
  })
}

function noFeatures(): KittyError {
  return new KittyError('UnknownFeature', 'There is no feature yet.', {
    nextSteps: shownCommand(['kitty', 'agent', 'feature', 'setup-spec', 'my-feature'], 'makes one'),
    context: { features: [] },
  })
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
