import { afterAll, afterEach } from 'vitest'
import { endFile, endTest } from './clean-up.js'

// Vitest runs this for each file, before its tests are collected.
afterEach(endTest)
afterAll(endFile)
