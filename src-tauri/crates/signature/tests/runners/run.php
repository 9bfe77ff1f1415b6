<?php
// Runs the snippets of a folder: each in a file and a namespace of its own, the cases in `cases.json`.
// What is printed is the answers; a warning is none.
ini_set('display_errors', 'stderr');
$folder = $argv[1];
$read = [];
foreach (json_decode(file_get_contents("$folder/cases.json"), true) as $one) {
    $file = $one['file'];
    $space = 'Snippet' . md5($file);
    if (!isset($read[$file])) {
        $code = file_get_contents("$folder/$file.php");
        eval(preg_replace('/^<\?php/', "namespace $space;", $code));
        $read[$file] = true;
    }
    $given = [$one['secret'], $one['headers'], base64_decode($one['body'])];
    foreach (['url', 'method', 'now'] as $name) {
        if ($one['needs'][$name]) {
            $given[] = $one[$name];
        }
    }
    echo call_user_func_array("$space\\verify", $given) ? "true\n" : "false\n";
}
