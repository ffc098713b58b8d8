#!/usr/bin/env node
// Runs vitest with variables, each unless the caller has set it: node scripts/vitest.mjs NAME=VALUE… [vitest arguments].
// npm's scripts run in cmd.exe on Windows, which knows no `NAME=VALUE command`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const words = process.argv.slice(2)
const first = words.findIndex((word) => !/^[A-Z][A-Z0-9_]*=/.test(word))
const defaults = words.slice(0, first).map((word) => word.split(/=(.*)/s, 2))
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const { status } = spawnSync(process.execPath, [vitest, ...words.slice(first)], {
  stdio: 'inherit',
  env: { ...Object.fromEntries(defaults), ...process.env },
})
process.exitCode = status ?? 1
