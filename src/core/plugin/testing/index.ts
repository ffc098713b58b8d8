/** For a plugin's own tests: `import … from 'kitty-cli/testing'`. Any test runner. docs/plugins.md, "Tests". */
export { pluginContract, projectionContract, type PluginSamples, type Promised } from './contracts.js'
export { given, type Decider, type Outcome } from './given.js'
export { stamped, type StampOptions } from './stamped.js'
export { TemporaryWorkspace, type WorkPackageSpecs, type WorkspaceOptions } from './temporary-workspace.js'
