/**
 * How this module finds what runs it. Not exported: for the packages of this module that have a service to find. Knows
 * none of them.
 */
package stage.api.lookup;
