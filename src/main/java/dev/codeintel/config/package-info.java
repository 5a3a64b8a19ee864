/**
 * What a person may choose and what nobody may exceed. Takes: the configuration file, the
 * environment, flags. Gives: {@link dev.codeintel.config.Settings}, checked once at start, and
 * {@link dev.codeintel.config.Limits}. Never: reads a setting from an indexed repository.
 */
package dev.codeintel.config;
