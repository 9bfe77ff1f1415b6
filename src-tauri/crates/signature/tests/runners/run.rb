# Runs the snippets of a folder: each in a file of its own, the cases in `cases.json`.
require 'json'

folder = ARGV[0]
read = Hash.new do |known, file|
  receiver = Object.new
  receiver.instance_eval(File.read(File.join(folder, "#{file}.rb"), encoding: 'UTF-8'))
  known[file] = receiver
end
JSON.parse(File.read(File.join(folder, 'cases.json'), encoding: 'UTF-8')).each do |one|
  given = [one['secret'], one['headers'], one['body'].unpack1('m')]
  %w[url method now].each { |name| given << one[name] if one['needs'][name] }
  puts(read[one['file']].verify(*given) == true)
end
