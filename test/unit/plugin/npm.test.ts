import { describe, expect, it } from 'vitest'
import { npmFailure } from '../../../src/core/plugin/host/npm.js'

describe("what npm's failures mean", () => {
  it.each([
    ['ECONNREFUSED', 'npm error code ECONNREFUSED\nnpm error FetchError: connect ECONNREFUSED 127.0.0.1:1'],
    ['EAI_AGAIN', 'npm ERR! code EAI_AGAIN\nnpm ERR! getaddrinfo EAI_AGAIN'],
    ['E503', 'npm error code E503\nnpm error 503 Service Unavailable'],
    ['ENOTCACHED', 'npm error code ENOTCACHED\nnpm error request failed'],
    [
      'UNKNOWN',
      'npm error code UNKNOWN\nnpm error syscall connect\nnpm error connect UNKNOWN 203.0.113.80:443',
    ],
    [
      'EACCES',
      'npm error code EACCES\r\nnpm error syscall connect\r\nnpm error connect EACCES 203.0.113.80:443',
    ],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error self-signed'],
  ])('%s is a registry that cannot be reached, which says nothing of the package', (code, stderr) => {
    const failure = npmFailure('', stderr, 'kitty-plugin-x')
    expect(failure).toMatchObject({ kind: 'MissingDependency', context: { npm_code: code } })
    expect(failure.message).toMatch(
      /^The registry cannot be reached, so nothing is known of kitty-plugin-x: /,
    )
  })

  it.each(['E404', 'ETARGET'])('%s is a package that is not there', (code) => {
    const failure = npmFailure('', `npm error code ${code}\nnpm error 404 Not Found`, 'kitty-plugin-x@9')
    expect(failure).toMatchObject({ kind: 'UsageError', context: { npm_code: code } })
    expect(failure.message).toContain('There is no package kitty-plugin-x@9')
  })

  it("anything else is refused with npm's own words, and never a package that is not there", () => {
    const failure = npmFailure(
      '',
      'npm error code EACCES\nnpm error path /x\nnpm error Permission denied',
      'x',
    )
    expect(failure).toMatchObject({ kind: 'ValidationError' })
    expect(failure.message).toBe('npm could not install x: Permission denied')
    expect(npmFailure('{"error":{"code":"E404"}}', '', 'x').kind).toBe('UsageError')
    const removal = npmFailure(
      '',
      'npm warn old\nnpm error code EACCES\nnpm error dest /x/.y\nnpm error Error: EACCES: permission denied',
      'x',
      'remove',
    )
    expect(removal.message).toBe('npm could not remove x: Error: EACCES: permission denied')
    expect(JSON.stringify(removal.nextSteps)).not.toContain('--verbose')
    expect(npmFailure('', '', 'x').message).toBe('npm could not install x: it did not say why.')
  })
})
