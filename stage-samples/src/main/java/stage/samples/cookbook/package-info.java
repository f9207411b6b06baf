/** Recipes of the cookbook that are whole programs. */
package stage.samples.cookbook;
