/**
 * What the API tells the engine about stages that have no code of their own. Exported to the engine alone. It must not
 * know the contracts, which know it.
 */
package stage.api.internal;
