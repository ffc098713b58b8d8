import { relative, sep } from 'node:path'
import { KittyError } from '../errors/kitty-error.js'
import { assertSlug } from './slug.js'

export interface FeatureClues {
  /** `--feature`: slug or number. */
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Branch of the checkout the command runs in. */
  readonly branch?: string | undefined
  readonly cwd: string
  readonly worktree: string
  /** Slugs of the features there are. */
  readonly features: readonly string[]
}

/**
 * Which feature a command is about, in the order docs/commands.md names: flag, KITTY_FEATURE, branch, folder, the
 * only one there is. Never a guess: a branch or folder of no known feature says nothing.
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
  throw new KittyError('AmbiguousFeature', 'there are several features and nothing says which one is meant', {
    nextSteps: clues.features.map((slug) => `--feature ${slug}`),
    context: { features: clues.features },
  })
}

const PLAIN = /^[a-z0-9-]{1,100}$/

function named(asked: string, features: readonly string[]): string {
  if (/^[0-9]{1,9}$/.test(asked)) return numbered(asked, features)
  // What may be a mistyped slug is answered with the slugs there are; what may be a path, by the allowed form.
  if (!PLAIN.test(asked)) assertSlug(asked)
  if (features.includes(asked)) return asked
  throw unknown(asked, features)
}

function numbered(asked: string, features: readonly string[]): string {
  const matches = features.filter((slug) => Number.parseInt(slug, 10) === Number(asked))
  const [match, ...others] = matches
  if (match === undefined) throw unknown(asked, features)
  if (others.length === 0) return match
  throw new KittyError('AmbiguousFeature', `several features have the number ${asked}`, {
    nextSteps: matches.map((slug) => `--feature ${slug}`),
    context: { features: matches },
  })
}

function fromBranch({ branch, features }: FeatureClues): string | undefined {
  return branch === undefined ? undefined : knownSlug(branch, features)
}

/** `kitty-specs/<slug>/…` in any checkout, or a work package's own worktree `.worktrees/<slug>-WPxx/…`. */
function fromFolder({ cwd, worktree, features }: FeatureClues): string | undefined {
  const inside = relative(worktree, cwd).split(sep)
  if (inside[0] === 'kitty-specs') return knownSlug(inside[1] ?? '', features)
  const above = cwd.split(sep)
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
  return new KittyError('UnknownFeature', `there is no feature ${asked}`, {
    nextSteps: features.map((slug) => `--feature ${slug}`),
    context: { asked, features },
  })
}

function noFeatures(): KittyError {
  return new KittyError('UnknownFeature', 'there is no feature yet', {
    nextSteps: ['kitty agent feature setup-spec SLUG'],
    context: { features: [] },
  })
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
