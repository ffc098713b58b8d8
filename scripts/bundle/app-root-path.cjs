/** Where TypeORM would look for a configuration file; kitty hands it everything. The package needs a main module. */
exports.path = __dirname
