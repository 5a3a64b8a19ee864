package dev.codeintel.repo;

import java.util.Optional;

/**
 * A file of the work tree, ready to be compared with what git stores for it.
 *
 * @param path of the file itself, relative to the root: a link that was asked for was followed
 * @param onDisk its bytes
 * @param clean its bytes in the form in which git would store them: UTF-8, line ends and {@code
 *     $Id$} as attributes and configuration say; the array {@code onDisk} itself where nothing
 *     changes
 * @param filter the program that attributes name, such as {@code lfs}, which git, where the user
 *     has set it up, would run before all else. We run none, so that the bytes may have nothing to
 *     do with what is stored.
 */
public record WorkTreeFile(String path, byte[] onDisk, byte[] clean, Optional<String> filter) {}
