#!/usr/bin/env node
// Runs the sources after building what changed, so that a change is tried without a step to forget.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

execFileSync('npm', ['run', '--silent', 'build'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'inherit'],
})
const { launch } = await import('../dist/core/cli/launch.js')
await launch(process.argv.slice(2), import.meta.url)
